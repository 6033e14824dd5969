// From autograd to Network::Observers. With libtorch's headers: for network.cc only.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "train/layout.h"
#include "train/network.h"

namespace howdah::train {

// Calls back as soon as a parameter's gradient is complete, and takes the gradient away, so that
// autograd hands over the next one as it is instead of adding to this one.
struct GradientHook : torch::autograd::PostAccumulateGradHook {
  GradientHook(int number, const Network::Observers* const* observers)
      : number(number), observers(observers) {}
  void operator()(const torch::autograd::Variable& parameter) override {
    torch::Tensor& gradient = const_cast<torch::autograd::Variable&>(parameter).mutable_grad();
    const torch::Tensor values = gradient.contiguous();
    gradient.reset();
    if (*observers != nullptr) (*observers)->gradient(number, values.const_data_ptr<float>());
  }
  const int number;
  const Network::Observers* const* const observers;
};

// A user's module may leave a parameter out, or come to it twice: each is told exactly once.
class EachGradientOnce {
 public:
  EachGradientOnce(const Layout& layout, const Network::Observers& observers)
      : layout_(layout), told_(layout.parameters.size()) {
    once_.gradient = [this, &observers](int parameter, const float* values) {
      const auto number = static_cast<size_t>(parameter);
      if (told_[number]) return;
      told_[number] = true;
      observers.gradient(parameter, values);
    };
  }
  const Network::Observers& observers() const { return once_; }

  // After the backward pass. zeros: as many as the largest parameter has values.
  void tell_missing(const float* zeros) {
    for (size_t i = 0; i < told_.size(); ++i)
      if (!layout_.parameters[i].frozen) once_.gradient(static_cast<int>(i), zeros);
  }

 private:
  const Layout& layout_;
  std::vector<bool> told_;
  Network::Observers once_;
};

}  // namespace howdah::train
