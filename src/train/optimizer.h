// Applies a step's summed gradient to the weights: SGD, Adam, AdamW by PyTorch's formulas.
//
// One pass over flat float32 buffers. The result depends on the values alone: no thread, no other
// order, no fused multiply-add.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "train/layout.h"

namespace howdah::train {

class Optimizer {
 public:
  // layout: outlives the optimizer.
  Optimizer(const model::Optimizer& options, const model::Regularization& regularization,
            const Layout& layout);

  // weights -= f(gradient_sum / batch + gradient of the regularization); counts one step.
  // Both spans have Layout::weights floats.
  void apply(std::span<float> weights, std::span<const float> gradient_sum, int64_t batch,
             double learning_rate);

  // What the regularization adds to the loss at these weights.
  double penalty(std::span<const float> weights) const;

  // The state between steps: a checkpoint's, or a new worker's. Flat like the weights.
  struct State {
    std::string name;  // PyTorch's: "momentum_buffer", "exp_avg", "exp_avg_sq"
    std::span<float> values;
  };
  std::vector<State> states();
  int64_t steps() const { return steps_; }
  void set_steps(int64_t steps) { steps_ = steps; }

  // Back to the first step.
  void reset();

 private:
  const model::Optimizer options_;
  const model::Regularization regularization_;
  const Layout& layout_;
  int64_t steps_ = 0;
  std::vector<float> first_, second_;  // momentum or exp_avg; exp_avg_sq
};

}  // namespace howdah::train
