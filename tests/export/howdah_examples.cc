// The networks of src/exporting/test_models.h, which hold every layer type, as every format, with
// what goes in and what Howdah's own layers give for it:
//
//   howdah_examples FOLDER
//
// FOLDER/NAME holds model.onnx, model.pt, pytorch/, input and target_input where there is one,
// output (float32), and sample.json: {"shapes": {"input": [6, 9], ...}, "dtypes": {...}}.
#include <torch/script.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "exporting/model_json.h"
#include "exporting/onnx_file.h"
#include "exporting/python_folder.h"
#include "exporting/signature.h"
#include "exporting/test_own_layers.h"
#include "exporting/test_samples.h"
#include "exporting/torchscript_module.h"
#include "train/torch_call.h"

namespace howdah::exporting {
namespace {

using torch::Tensor;

constexpr int64_t kRecords = 6;

void write(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary)
      .write(content.data(), static_cast<std::streamsize>(content.size()));
}

void write(const std::filesystem::path& folder, const Value& value, const Tensor& tensor,
           nlohmann::json& sample) {
  const Tensor all = tensor.contiguous();
  write(folder / value.name, {static_cast<const char*>(all.const_data_ptr()), all.nbytes()});
  sample["shapes"][value.name] = all.sizes().vec();
  sample["dtypes"][value.name] = value.dtype;
}

Status write(const std::filesystem::path& folder, const TrainedModel& model) {
  std::filesystem::create_directories(folder / "pytorch");
  write(folder / "model.onnx", HOWDAH_TRY(onnx_file(model)));
  write(folder / "model.pt", HOWDAH_TRY(torchscript_file(model, {})));
  for (const ExportedFile& file : HOWDAH_TRY(python_folder(model, Names::kHowdah)))
    write(folder / "pytorch" / file.name, file.content);
  const Sample sample = sample_of(model, kRecords);
  nlohmann::json json;
  const std::vector<Value> inputs = inputs_of(model);
  for (size_t i = 0; i < inputs.size(); ++i) write(folder, inputs[i], sample.inputs[i], json);
  const Tensor output = HOWDAH_TRY(OwnLayers(model).outputs(sample.records, sample.targets));
  write(folder, output_of(model), output, json);
  write(folder / "sample.json", json.dump());
  return Status::ok();
}

Status run(int argc, char** argv) {
  if (argc != 2) return Status(Code::kInvalidArgument, "usage: howdah_examples FOLDER");
  return train::torch_call("run", [&]() -> Status {
    const torch::NoGradGuard no_gradients;
    for (const auto& [name, model] : all_models())
      HOWDAH_TRY(write(std::filesystem::path(argv[1]) / name, model));
    return Status::ok();
  });
}

}  // namespace
}  // namespace howdah::exporting

int main(int argc, char** argv) {
  const howdah::Status status = howdah::exporting::run(argc, argv);
  if (!status) std::fprintf(stderr, "howdah_examples: %s\n", status.to_string().c_str());
  return status ? 0 : 1;
}
