// Applies a step's summed gradient to the weights: SGD, Adam, AdamW, Adagrad, Adadelta and RMSprop
// by PyTorch's formulas, with groups of parameters, clipping, and an average of the weights.
//
// One pass over flat float32 buffers, one more where the norm is clipped. The result depends on the
// values alone: no thread, no other order, no fused multiply-add.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "train/gradient_rule.h"
#include "train/layout.h"

namespace howdah::train {

class Optimizer {
 public:
  // layout: outlives the optimizer.
  Optimizer(const model::Optimizer& options, const model::Regularization& regularization,
            const Layout& layout);

  // weights -= f(gradient_sum / divisor + gradient of the regularization); counts one step.
  // divisor: above 0, the size of the batch, or what SampleSums says. Both spans have
  // Layout::weights floats. A frozen parameter is neither moved nor part of the norm.
  void apply(std::span<float> weights, std::span<const float> gradient_sum, double divisor,
             double learning_rate);

  // What the regularization adds to the loss at these weights, those that are trained.
  double penalty(std::span<const float> weights) const;

  // The state between steps: a checkpoint's, or a new worker's. Flat like the weights.
  struct State {
    std::string name;  // PyTorch's, as "exp_avg"; "ema": the average of the weights
    std::span<float> values;
  };
  std::vector<State> states();
  int64_t steps() const { return steps_; }
  void set_steps(int64_t steps) { steps_ = steps; }

  // The average of the weights, which evaluation and the model file take instead of them; empty
  // where they take the weights: none is asked for, or no step was applied.
  std::span<float> average();

  // Back to the first step.
  void reset();

 private:
  // What a parameter's group makes of the options.
  struct Rule {
    double weight_decay, rate;
    bool frozen;
  };
  GradientRule gradient_rule(size_t parameter, double divisor) const;
  float clip_scale(std::span<const float> weights, std::span<const float> sums,
                   double divisor) const;
  void update(size_t parameter, const GradientRule& gradient, std::span<float> weights,
              std::span<const float> sums, double learning_rate);
  void follow(const Parameter& parameter, std::span<const float> weights);

  const model::Optimizer options_;
  const model::Regularization regularization_;
  const Layout& layout_;
  std::vector<Rule> rules_;  // parallel to the layout's parameters
  int64_t steps_ = 0;
  double correction1_ = 0, correction2_ = 0;  // of Adam's averages, at the step being applied
  std::vector<std::vector<float>> states_;    // the optimizer's, then the average
  std::vector<size_t> slots_;                 // where the kernel wants the optimizer's
};

}  // namespace howdah::train
