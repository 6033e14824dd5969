// What a trained network gives for raw records:
//
//   howdah_outputs own JOB_FOLDER IN OUT [TARGETS]   with Howdah's own layers
//   howdah_outputs torchscript FILE IN OUT SHAPE     an exported file, with libtorch alone
//
// IN: records without anything between them; TARGETS: int32, of a translation. OUT: float32. SHAPE:
// of a record, "1,28,28": of bytes; of tokens, which are int64, "9".
#include <torch/script.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>

#include "exporting/test_own_layers.h"
#include "train/torch_call.h"

namespace howdah::exporting {
namespace {

using torch::Tensor;

std::vector<char> read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Status write(const char* path, const Tensor& tensor) {
  const Tensor values = tensor.contiguous();
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(values.const_data_ptr<float>()),
             static_cast<std::streamsize>(values.nbytes()));
  return file ? Status::ok() : Status(Code::kIo, "cannot write").with_peer(path);
}

Result<Tensor> own(const std::string& job, const std::vector<char>& records,
                   const std::vector<char>& targets) {
  fs::FileSystems files(HOWDAH_TRY(hadoop::Configuration::load_default()), {}, {});
  const TrainedModel model = HOWDAH_TRY(load_trained_model(files, job, "", Deadline::never()));
  std::vector<int32_t> tokens(targets.size() / sizeof(int32_t));
  std::memcpy(tokens.data(), targets.data(), tokens.size() * sizeof(int32_t));
  return OwnLayers(model).outputs(std::as_bytes(std::span(records)), tokens);
}

Tensor torchscript(const std::string& file, std::vector<char>& records, std::string shape) {
  torch::jit::Module module = torch::jit::load(file);
  std::vector<int64_t> sizes{-1};
  std::istringstream extents(shape);
  for (std::string extent; std::getline(extents, extent, ',');) sizes.push_back(std::stol(extent));
  const Tensor bytes =
      torch::from_blob(records.data(), {static_cast<int64_t>(records.size())}, torch::kUInt8);
  const Tensor input = sizes.size() == 2 ? bytes.view(torch::kInt64) : bytes;
  return module.forward({input.reshape(sizes)}).toTensor();
}

Status run(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if ((mode != "own" || (argc != 5 && argc != 6)) && (mode != "torchscript" || argc != 6))
    return Status(Code::kInvalidArgument,
                  "usage: own JOB IN OUT [TARGETS] | torchscript FILE IN OUT SHAPE");
  std::vector<char> records = read(argv[3]);
  return train::torch_call("run", [&]() -> Status {
    const torch::NoGradGuard no_gradients;
    if (mode == "torchscript") return write(argv[4], torchscript(argv[2], records, argv[5]));
    return write(argv[4], HOWDAH_TRY(own(argv[2], records,
                                         argc == 6 ? read(argv[5]) : std::vector<char>())));
  });
}

}  // namespace
}  // namespace howdah::exporting

int main(int argc, char** argv) {
  const howdah::Status status = howdah::exporting::run(argc, argv);
  if (!status) std::fprintf(stderr, "howdah_outputs: %s\n", status.to_string().c_str());
  return status ? 0 : 1;
}
