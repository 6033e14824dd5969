// A network that the user brings, opened: its tensors by PyTorch's names, and its forward pass.
// With libtorch's headers: for bound_module.cc, look_into.cc and network.cc only.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/training.h"

namespace howdah::train {

struct HeldTensor {
  std::string name;  // "features.0.weight"
  torch::Tensor tensor;
};

// Not thread-safe. Calls throw what libtorch and the module's own code throw.
class UserModule {
 public:
  virtual ~UserModule() = default;

  // In PyTorch's order; a parameter of several names by its first.
  virtual std::vector<HeldTensor> parameters() = 0;
  virtual std::vector<HeldTensor> buffers() = 0;
  // Gives the module this tensor as its buffer, by the position in buffers(); a forward pass may
  // put another one there.
  virtual void put_buffer(size_t number, const torch::Tensor& tensor) = 0;
  virtual torch::Tensor buffer(size_t number) = 0;

  // Dropout and batch norms; submodules of these names evaluate in any case.
  virtual void set_training(bool training, const std::set<std::string>& evaluating) = 0;

  // As howdah::Model::forward in include/howdah/plugin.h; lengths are undefined of values.
  virtual torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& lengths) = 0;
};

// Of training.module's content. A plug-in draws its first weights from the job's seed.
//   kInvalidArgument  it is no archive, or no plug-in of this Howdah: says why
Result<std::unique_ptr<UserModule>> open_user_module(const model::Training& training);

// For each kind (user_torchscript.cc, user_plugin.cc); open_user_module() catches what they throw.
Result<std::unique_ptr<UserModule>> open_torchscript(const std::string& content);
Result<std::unique_ptr<UserModule>> open_plugin(const model::Training& training);

}  // namespace howdah::train
