// A network that the user brings instead of layers, as plain values.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/layers.h"

namespace howdah::model {

struct UserModule {
  enum class Kind {
    kTorchScript,  // an archive of torch.jit.save: training begins with its weights
    kPlugin,       // a library that makes a torch::nn::Module (include/howdah/plugin.h)
  };
  Kind kind = Kind::kTorchScript;
  std::string file = {};                            // URI
  std::string sha256 = {};                          // of the file; empty: whatever it is
  std::map<std::string, std::string> options = {};  // of a plug-in
  std::string where = {};                           // "job.yaml:12:7", for messages

  // The file's bytes, where somebody has read it.
  std::shared_ptr<const std::string> content = {};
  // Its submodules that hold tensors of their own, in PyTorch's order: names, parameters and
  // float32 buffers. Empty: nobody has looked into it yet (train/look_into.h).
  std::vector<LayerShape> parts = {};
};
// The key of the job file: "torchscript", "plugin".
std::string_view user_module_word(UserModule::Kind kind);

// The parts as JSON, and back: howdah-train looks into a module for programs without libtorch.
std::string parts_to_json(const std::vector<LayerShape>& parts);
//   kCorrupt
Result<std::vector<LayerShape>> parts_from_json(const std::string& text);

}  // namespace howdah::model
