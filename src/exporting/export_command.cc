#include "exporting/export_command.h"

#include <fmt/format.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "exporting/model_json.h"
#include "exporting/onnx_file.h"
#include "exporting/output.h"
#include "exporting/python_folder.h"
#include "exporting/signature.h"
#include "exporting/torchscript_module.h"
#include "fs/path.h"
#include "model/export_format.h"

namespace howdah::exporting {
namespace {

using model::ExportFormat;
using nlohmann::ordered_json;

constexpr std::chrono::minutes kTimeout{30};

Result<Names> parse_names(const ExportCommand& command, ExportFormat format) {
  if (command.names == "howdah") return Names::kHowdah;
  if (command.names != "torchvision")
    return Status(Code::kInvalidArgument,
                  fmt::format("unknown names '{}'; howdah or torchvision", command.names));
  if (format == ExportFormat::kSafetensors || format == ExportFormat::kPyTorch)
    return Names::kTorchvision;
  return Status(Code::kInvalidArgument,
                fmt::format("--names is for safetensors and pytorch, not {}", command.format));
}

// What there is to say of a network depends on who wrote it.
Status check_format(const TrainedModel& model, ExportFormat format, const std::string& name) {
  if (!model.training.module || format == ExportFormat::kSafetensors) return Status::ok();
  const auto kind = model.training.module->kind;
  const bool archive = kind == model::UserModule::Kind::kTorchScript;
  if (archive && format == ExportFormat::kTorchScript) return Status::ok();
  return Status(Code::kUnsupported, fmt::format("a model of your own ({}) cannot be written as {}",
                                                model::user_module_word(kind), name))
      .with_peer(model.job_uri)
      .with_advice(archive ? "take torchscript, or safetensors for its weights"
                           : "take safetensors: its weights, for the plug-in or for others");
}

Result<std::vector<ExportedFile>> make(const TrainedModel& model, ExportFormat format,
                                       Names names) {
  switch (format) {
    case ExportFormat::kSafetensors:
      return std::vector<ExportedFile>{{"", weights_file(model, names)}};
    case ExportFormat::kTorchScript: {
      std::vector<std::pair<std::string, std::string>> extra;
      if (!model.training.module)  // else there are no layers that could be described
        extra.emplace_back("model.json", HOWDAH_TRY(model_json(model)));
      for (const ExportedFile& file : model.vocabularies)
        extra.emplace_back(file.name, file.content);
      return std::vector<ExportedFile>{{"", HOWDAH_TRY(torchscript_file(model, extra))}};
    }
    case ExportFormat::kOnnx:
      return std::vector<ExportedFile>{{"", HOWDAH_TRY(onnx_file(model))}};
    case ExportFormat::kPyTorch:
      break;
  }
  return python_folder(model, names);
}

// Where Python finds the folder: here, or where `howdah fs get` puts it.
std::string python_path(const fs::Location& output) {
  return output.files->uri() == "file://" ? output.path : fs::base_name(output.path);
}

ordered_json described(const Value& value) {
  return {{"name", value.name},
          {"dtype", value.dtype},
          {"shape", value.extents},
          {"meaning", value.meaning}};
}

std::string as_json(const ExportCommand& command, const TrainedModel& model,
                    const fs::Location& output, const std::vector<ExportedFile>& files) {
  ordered_json json{{"job", model.job_uri},
                    {"model", model.source},
                    {"format", command.format},
                    {"output", output.uri()}};
  json["files"] = ordered_json::array();
  for (const ExportedFile& file : files)
    json["files"].push_back({{"uri", output.uri() + (file.name.empty() ? "" : "/" + file.name)},
                             {"bytes", file.content.size()},
                             {"sha256", Sha256::hex_of(as_bytes(file.content))}});
  for (const Value& input : inputs_of(model)) json[input.name] = described(input);
  json["result"] = described(output_of(model));
  json["normalization"] = normalization_text(model);
  json["class_names"] = model.class_names;
  if (command.format == "pytorch") json["python"] = python_lines(model, python_path(output));
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string as_text(const ExportCommand& command, const TrainedModel& model,
                    const fs::Location& output, const std::vector<ExportedFile>& files) {
  std::string text;
  for (const ExportedFile& file : files)
    text += fmt::format("wrote {}{}  {} bytes\n", output.uri(),
                        file.name.empty() ? "" : "/" + file.name, file.content.size());
  std::vector<Value> values = inputs_of(model);
  values.push_back(output_of(model));
  for (const Value& value : values)
    text += fmt::format("  {}: {}, {}\n", value.name, value.text(), value.meaning);
  const std::string normalization = normalization_text(model);
  const bool weights_only = command.format == "safetensors";
  if (!normalization.empty() && (weights_only || model.training.module))
    text += fmt::format("  {}what goes in is to be normalized first: {}\n",
                        weights_only ? "weights only: " : "", normalization);
  else if (!normalization.empty())
    text += fmt::format("  it normalizes by itself: {}\n", normalization);
  if (command.format != "pytorch") return text;
  if (output.files->uri() != "file://")
    text += fmt::format("\nhowdah fs get {} {}    # then, in Python:\n", output.uri(),
                        fs::base_name(output.path));
  return text + "\n" + python_lines(model, python_path(output));
}

}  // namespace

Status run_export(const ExportCommand& command, std::FILE* out) {
  const ExportFormat format = HOWDAH_TRY(model::parse_export_format(command.format));
  const Names names = HOWDAH_TRY(parse_names(command, format));
  auto configuration = HOWDAH_TRY(command.conf.empty() ? hadoop::Configuration::load_default()
                                                       : hadoop::Configuration::load(command.conf));
  hadoop::answer_soon(configuration);
  fs::FileSystems files(std::move(configuration), HOWDAH_TRY(hadoop::User::current()),
                        HOWDAH_TRY(hadoop::Credentials::from_environment()));
  const Deadline deadline = Deadline::after(kTimeout);
  const fs::Location output = HOWDAH_TRY(files.resolve(command.output));
  const bool folder = format == ExportFormat::kPyTorch;
  HOWDAH_TRY(check_output(output, folder, command.overwrite, deadline));
  const TrainedModel model =
      HOWDAH_TRY(load_trained_model(files, command.job, command.checkpoint, deadline));
  HOWDAH_TRY(check_format(model, format, command.format));
  HOWDAH_TRY(check_names(model, names));
  const auto made = HOWDAH_TRY(make(model, format, names));
  HOWDAH_TRY(folder ? write_folder(output, made, command.overwrite, deadline)
                    : write_file(output, made[0].content, command.overwrite, deadline));
  const std::string told =
      command.json ? as_json(command, model, output, made) : as_text(command, model, output, made);
  if (std::fputs(told.c_str(), out) < 0 || std::fflush(out) != 0)
    return Status::from_errno(errno, "standard output cannot be written");
  return Status::ok();
}

}  // namespace howdah::exporting
