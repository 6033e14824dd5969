// How wrong a network's outputs are, as the job's `loss:` has it. With libtorch's headers.
#pragma once

#include <torch/torch.h>

#include "model/training.h"
#include "train/sample_sums.h"

namespace howdah::train {

// outputs: what the last layer gave; targets: targets_of(). Of tasks over tokens, target 0 is not
// counted, nor is the loss' own `ignore`.
class LossFunction {
 public:
  explicit LossFunction(const model::Training& training);

  // The summed loss: float32, a scalar, what the gradient is of.
  torch::Tensor sum(const torch::Tensor& outputs, const torch::Tensor& targets) const;
  // What the summed loss is divided by: see SampleSums.
  double divisor(const torch::Tensor& targets) const;
  // All but the loss itself.
  SampleSums counts(const torch::Tensor& outputs, const torch::Tensor& targets) const;

  // float32 [n]: a loss for each record, token or value, 0 where it is not counted; their sum is
  // the summed loss.
  torch::Tensor each(const torch::Tensor& outputs, const torch::Tensor& targets) const;
  // Whether each() gives negative_log_likelihoods() already.
  bool is_likelihood() const;
  // float32 [n]: how unlikely each class or token is, as a natural logarithm, without weights,
  // smoothing and `ignore`; 0 at padding.
  torch::Tensor negative_log_likelihoods(const torch::Tensor& outputs,
                                         const torch::Tensor& targets) const;

  // Which class has the highest score, the first of equals: int64, in the shape of targets. Padding
  // is never an answer.
  torch::Tensor answers(const torch::Tensor& outputs) const;
  // The score of class 1: float32 [batch].
  torch::Tensor scores(const torch::Tensor& outputs) const;

  // int64 [n] of classes, tags and tokens: -100 where the target is not counted; of a binary
  // classification as it is.
  torch::Tensor counted(const torch::Tensor& targets) const;
  int64_t first_class() const { return of_tokens_ ? 1 : 0; }

 private:
  torch::Tensor compute(const torch::Tensor& outputs, const torch::Tensor& targets,
                        bool summed) const;
  const model::Loss loss_;
  const model::Task task_;
  const bool of_tokens_;   // 0 is padding
  torch::Tensor weights_;  // undefined without
};

}  // namespace howdah::train
