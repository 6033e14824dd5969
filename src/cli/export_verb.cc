#include "cli/export_verb.h"

#include "cli/find_job.h"
#include "model/export_format.h"
#include "roles/sibling.h"

namespace howdah::cli {
namespace {

constexpr const char* kFooter =
    "safetensors  the weights, by PyTorch's names\n"
    "torchscript  one file for torch.jit.load, in C++ or Python\n"
    "onnx         one file for onnxruntime and others, opset 17\n"
    "pytorch      a folder: model.py, model.safetensors, model.json; ten lines that load it are "
    "printed\n"
    "\n"
    "  howdah export digits-20261123-204408-3fa9 --to onnx --output file:///tmp/digits.onnx\n"
    "  howdah export hdfs:///jobs/digits-1 --to pytorch --output hdfs:///models/digits "
    "--checkpoint step-500";

Result<std::string> folder_of(const ExportRequest& request, Context& context) {
  if (request.job.find_first_of("/:") != std::string::npos)
    return HOWDAH_TRY(context.files->resolve(request.job)).uri();
  return HOWDAH_TRY(find_job(context, request.home, request.job)).uri();
}

}  // namespace

void add_export_verb(CLI::App& app, ExportRequest& request) {
  CLI::App* verb = app.add_subcommand("export", "a trained network as files for other programs");
  verb->callback([&request] { request.chosen = true; });
  verb->add_option("job", request.job, "a job id, an application id, or a job's folder")
      ->required()
      ->type_name("JOB");
  verb->add_option("--to", request.format, "safetensors, torchscript, onnx or pytorch")
      ->required()
      ->type_name("FORMAT");
  verb->add_option("--output", request.output, "where to: a file, or pytorch's folder")
      ->required()
      ->type_name("URI");
  verb->add_option("--checkpoint", request.checkpoint,
                   "step-N or best, instead of the finished model")
      ->type_name("WHICH");
  verb->add_option("--names", request.names,
                   "of the weights: howdah, or torchvision (resnet18, resnet50)")
      ->type_name("WHOSE");
  verb->add_flag("--overwrite", request.overwrite, "replace an output that is there");
  verb->add_option("--home", request.home, "default: .howdah in your home directory");
  verb->add_flag("--json", request.json, "say what was written as JSON");
  verb->footer(kFooter);
}

int export_model(const ExportRequest& request, Context& context) {
  const auto format = model::parse_export_format(request.format);
  if (!format) return complain(format.status().with_operation("export"));
  const auto folder = folder_of(request, context);
  if (!folder) return complain(folder.status().with_operation("export"));
  std::vector<std::string> words = {"export",       "--job",    *folder,       "--to",
                                    request.format, "--output", request.output};
  const auto add = [&](const char* option, const std::string& value) {
    if (value.empty()) return;
    words.emplace_back(option);
    words.push_back(value);
  };
  add("--checkpoint", request.checkpoint);
  add("--names", request.names);
  add("--conf", context.conf_dir);
  if (request.overwrite) words.emplace_back("--overwrite");
  if (request.json) words.emplace_back("--json");
  return complain(roles::exec_sibling("howdah-train", words));
}

}  // namespace howdah::cli
