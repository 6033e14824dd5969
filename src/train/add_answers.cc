#include "train/add_answers.h"

namespace howdah::train {
namespace {

using torch::Tensor;

std::span<const float> floats_of(const Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<size_t>(tensor.numel())};
}

void add_values(const Tensor& outputs, const Tensor& targets, Answers& answers) {
  const auto found = floats_of(outputs), truths = floats_of(targets);
  const size_t width = answers.values.size();
  for (size_t i = 0; i < truths.size(); ++i)
    answers.values[i % width].add(static_cast<double>(truths[i]), static_cast<double>(found[i]));
}

// scores: [n, classes]. Padding is no class of its own there: the first score is of class `first`.
void add_classes(const Tensor& scores, const Tensor& found, const Tensor& truths, int64_t first,
                 Answers& answers) {
  const int64_t* truth = truths.const_data_ptr<int64_t>();
  const int64_t* answer = found.const_data_ptr<int64_t>();
  const size_t width = scores.defined() ? static_cast<size_t>(scores.size(1)) : 0;
  const std::span<const float> all =
      scores.defined() ? floats_of(scores) : std::span<const float>();
  for (size_t i = 0; i < static_cast<size_t>(truths.numel()); ++i) {
    if (truth[i] < 0) continue;  // not counted
    answers.add(truth[i], answer[i]);
    if (width > 0) answers.add_scores(truth[i] - first, all.subspan(i * width, width));
  }
}

// each: the likelihoods; 0 at padding, which is not counted.
void add_likelihoods(const Tensor& each, const Tensor& targets, measure::Perplexity& perplexity) {
  const Tensor counted = targets.reshape({-1}).ne(0).contiguous();
  const bool* counts = counted.const_data_ptr<bool>();
  for (const float value : floats_of(each))
    if (*counts++) perplexity.add(static_cast<double>(value));
}

}  // namespace

void add_answers(const Tensor& outputs, const Tensor& targets, const LossFunction& loss,
                 Answers& answers) {
  const Tensor each = loss.each(outputs, targets);
  for (const float value : floats_of(each)) answers.loss.add(static_cast<double>(value));
  answers.divisor.add(loss.divisor(targets));
  answers.records += outputs.size(0);
  if (!answers.values.empty())
    return add_values(outputs.contiguous(), targets.contiguous(), answers);
  if (answers.ranking) {
    const Tensor scores = loss.scores(outputs);
    const Tensor truths = targets.reshape({-1}).to(torch::kInt64);
    const int64_t* truth = truths.const_data_ptr<int64_t>();
    for (const float score : floats_of(scores))
      answers.ranking->add(*truth++ == 1, static_cast<double>(score));
  }
  if (answers.perplexity)
    add_likelihoods(loss.is_likelihood() ? each : loss.negative_log_likelihoods(outputs, targets),
                    targets, *answers.perplexity);
  Tensor scores;
  const int64_t first = loss.first_class();
  if (!answers.top.empty())
    scores = outputs.narrow(-1, first, outputs.size(-1) - first)
                 .reshape({-1, outputs.size(-1) - first})
                 .contiguous();
  add_classes(scores, loss.answers(outputs).reshape({-1}).contiguous(),
              loss.counted(targets).to(torch::kInt64).contiguous(), first, answers);
}

}  // namespace howdah::train
