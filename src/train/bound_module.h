// A user's module on the trainer's memory: its parameters and float32 buffers lie in the flat
// buffers of a Layout, as those of Howdah's own layers do. With libtorch's headers: for network.cc
// only.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "train/layer_forward.h"
#include "train/layout.h"
#include "train/user_module.h"

namespace howdah::train {

// The parts that model::UserModule lists.
//   throws std::invalid_argument  what cannot be trained: names it
std::vector<model::LayerShape> parts_of(UserModule& module);

// The module's present values, as the layout has them.
//   throws std::invalid_argument  it is not the module that the layout was made for
void copy_values(UserModule& module, const Layout& layout, std::span<float> weights,
                 std::span<float> buffers);

class BoundModule {
 public:
  // weights, buffers: flat float32, as the layout has them; they outlive this. The buffers are of
  // a micro-batch: a forward pass changes them.
  BoundModule(std::unique_ptr<UserModule> module, const model::Training& training,
              const Layout& layout, const torch::Tensor& weights, const torch::Tensor& buffers);

  // By the layout's numbers: leaves that share the weights' memory.
  const std::vector<torch::Tensor>& parameters() const { return parameters_; }

  // What the network gives. Its randomness depends on the context's seed alone; buffers of other
  // types than float32 are as the user's file has them, every time.
  //   throws std::invalid_argument  the output has another shape than the task's
  Flow forward(const Flow& in, const LayerContext& context);

 private:
  struct Place {
    torch::Tensor in_memory;  // of a float32 buffer: a view
    torch::Tensor constant;   // of any other
  };
  void put_buffers();
  void take_buffers();
  Flow checked(torch::Tensor given, const Flow& in) const;

  const std::unique_ptr<UserModule> module_;
  const model::Signal output_;
  const model::Task task_;
  std::vector<torch::Tensor> parameters_;
  std::vector<Place> buffers_;        // by UserModule's numbers
  std::set<std::string> evaluating_;  // submodules whose statistics are frozen
  int mode_ = -1;                     // what set_training() was last called with
};

}  // namespace howdah::train
