#include "train/loss.h"

namespace howdah::train {
namespace {

namespace functional = torch::nn::functional;
using model::LossType;
using model::Task;
using torch::Tensor;

constexpr int64_t kNone = -100;  // PyTorch's ignore_index

// [batch, length, classes] as [batch · length, classes], and targets alike.
Tensor rows(const Tensor& outputs) {
  return outputs.dim() == 3 ? outputs.reshape({-1, outputs.size(2)}) : outputs;
}

template <typename Options>
Options with_reduction(Options options, bool summed) {
  if (summed)
    options.reduction(torch::kSum);
  else
    options.reduction(torch::kNone);
  return options;
}

bool is_of_tokens(Task task) {
  return task == Task::kTagging || task == Task::kTranslation || task == Task::kLanguageModel;
}

}  // namespace

LossFunction::LossFunction(const model::Training& training)
    : loss_(training.loss), task_(training.task), of_tokens_(is_of_tokens(training.task)) {
  if (!loss_.weights.empty()) weights_ = torch::tensor(loss_.weights, torch::kFloat32);
}

Tensor LossFunction::counted(const Tensor& targets) const {
  Tensor counted = targets.reshape({-1});
  if (of_tokens_) counted = counted.masked_fill(counted.eq(0), kNone);
  if (loss_.ignore) counted = counted.masked_fill(counted.eq(*loss_.ignore), kNone);
  return counted;
}

Tensor LossFunction::compute(const Tensor& outputs, const Tensor& targets, bool summed) const {
  switch (loss_.type) {
    case LossType::kCrossEntropy:
      return functional::cross_entropy(rows(outputs), counted(targets),
                                       with_reduction(functional::CrossEntropyFuncOptions(), summed)
                                           .weight(weights_)
                                           .label_smoothing(loss_.smoothing));
    case LossType::kNll:
      return functional::nll_loss(
          rows(outputs), counted(targets),
          with_reduction(functional::NLLLossFuncOptions(), summed).weight(weights_));
    case LossType::kBinaryCrossEntropy:
      return functional::binary_cross_entropy_with_logits(
          outputs, targets,
          with_reduction(functional::BinaryCrossEntropyWithLogitsFuncOptions(), summed)
              .pos_weight(weights_));
    case LossType::kMse:
      return functional::mse_loss(outputs, targets,
                                  with_reduction(functional::MSELossFuncOptions(), summed));
    case LossType::kMae:
      return functional::l1_loss(outputs, targets,
                                 with_reduction(functional::L1LossFuncOptions(), summed));
    case LossType::kHuber:
      return functional::huber_loss(
          outputs, targets,
          with_reduction(functional::HuberLossFuncOptions(), summed).delta(loss_.delta));
  }
  return {};
}

Tensor LossFunction::sum(const Tensor& outputs, const Tensor& targets) const {
  return compute(outputs, targets, true);
}

Tensor LossFunction::each(const Tensor& outputs, const Tensor& targets) const {
  return compute(outputs, targets, false).reshape({-1}).contiguous();
}

double LossFunction::divisor(const Tensor& targets) const {
  if (task_ == Task::kRegression || task_ == Task::kBinaryClassification)
    return static_cast<double>(targets.numel());
  const Tensor truths = counted(targets);
  const Tensor counts = truths.ne(kNone);
  if (!weights_.defined()) return static_cast<double>(counts.sum().item<int64_t>());
  return weights_.to(torch::kFloat64)
      .index_select(0, truths.masked_select(counts))
      .sum()
      .item<double>();
}

SampleSums LossFunction::counts(const Tensor& outputs, const Tensor& targets) const {
  const torch::NoGradGuard no_gradients;
  SampleSums sums;
  sums.divisor = divisor(targets);
  if (task_ == Task::kRegression) return sums;
  if (task_ == Task::kBinaryClassification) {
    sums.correct = answers(outputs).eq(targets).sum().item<int64_t>();
    sums.answers = targets.numel();
    return sums;
  }
  const Tensor truths = counted(targets);
  const Tensor counts = truths.ne(kNone);
  sums.answers = counts.sum().item<int64_t>();
  Tensor right;
  if (of_tokens_) {
    // Over a vocabulary a maximum is found several times as fast as its place.
    const Tensor scores = rows(outputs.detach());
    const Tensor best = scores.narrow(1, 1, scores.size(1) - 1).amax(1);
    right =
        scores.gather(1, truths.clamp_min(0).unsqueeze(1)).squeeze(1).eq(best).logical_and(counts);
  } else {
    right = answers(outputs).eq(truths);
  }
  sums.correct = right.sum().item<int64_t>();
  return sums;
}

bool LossFunction::is_likelihood() const {
  return (loss_.type == LossType::kCrossEntropy || loss_.type == LossType::kNll) &&
         !weights_.defined() && loss_.smoothing == 0 && !loss_.ignore;
}

Tensor LossFunction::negative_log_likelihoods(const Tensor& outputs, const Tensor& targets) const {
  Tensor truths = targets.reshape({-1});
  if (of_tokens_) truths = truths.masked_fill(truths.eq(0), kNone);
  const Tensor scores = rows(outputs);
  // Log-probabilities are a fixed point of log_softmax.
  return functional::cross_entropy(scores, truths,
                                   functional::CrossEntropyFuncOptions().reduction(torch::kNone))
      .contiguous();
}

Tensor LossFunction::answers(const Tensor& outputs) const {
  if (task_ == Task::kBinaryClassification) return outputs.detach().gt(0).to(torch::kInt64);
  const Tensor scores = outputs.detach();
  if (!of_tokens_) return scores.argmax(-1);
  return scores.narrow(-1, 1, scores.size(-1) - 1).argmax(-1) + 1;
}

Tensor LossFunction::scores(const Tensor& outputs) const {
  const Tensor scores = outputs.detach();
  return task_ == Task::kBinaryClassification
             ? scores.reshape({-1}).contiguous()
             : (scores.select(1, 1) - scores.select(1, 0)).contiguous();
}

}  // namespace howdah::train
