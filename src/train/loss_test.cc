#include "train/loss.h"

#include <gtest/gtest.h>

#include <cmath>

#include "train/targets.h"

namespace howdah::train {
namespace {

using model::LossType;
using model::Task;
using torch::Tensor;

model::Training training_of(Task task, model::Loss loss = {}) {
  model::Training training;
  training.task = task;
  training.loss = std::move(loss);
  return training;
}

// [2, 3, 4]: two texts of three tokens, a score for each of 4 classes.
Tensor scores() {
  torch::manual_seed(3);
  return torch::randn({2, 3, 4});
}

// -log of the softmax, written down.
double likelihood(const Tensor& scores, int64_t truth) {
  double sum = 0;
  for (int64_t i = 0; i < scores.size(0); ++i) sum += std::exp(scores[i].item<double>());
  return std::log(sum) - scores[truth].item<double>();
}

TEST(LossFunction, of_tokens_does_not_count_padding) {
  const LossFunction loss(training_of(Task::kTagging));
  const Tensor outputs = scores().set_requires_grad(true);
  const Tensor targets = torch::tensor({{1, 3, 2}, {2, 0, 0}}, torch::kInt64);
  const SampleSums sums = loss.counts(outputs, targets);
  EXPECT_EQ(sums.divisor, 4);
  EXPECT_EQ(sums.answers, 4);
  const Tensor sum = loss.sum(outputs, targets);
  const double due = likelihood(outputs[0][0], 1) + likelihood(outputs[0][1], 3) +
                     likelihood(outputs[0][2], 2) + likelihood(outputs[1][0], 2);
  EXPECT_NEAR(sum.item<double>(), due, 1e-5);
  sum.backward();
  EXPECT_EQ(outputs.grad()[1][1].abs().sum().item<float>(), 0);
  EXPECT_EQ(outputs.grad()[1][2].abs().sum().item<float>(), 0);
  EXPECT_GT(outputs.grad()[1][0].abs().sum().item<float>(), 0);
  EXPECT_NEAR(loss.each(outputs, targets).sum().item<double>(), due, 1e-5);
}

TEST(LossFunction, takes_no_padding_for_an_answer) {
  Tensor outputs = torch::zeros({1, 2, 3});
  outputs[0][0][0] = 9;
  outputs[0][0][2] = 1;
  outputs[0][1][1] = 1;
  const LossFunction tags(training_of(Task::kTagging));
  EXPECT_TRUE(tags.answers(outputs).equal(torch::tensor({{2, 1}}, torch::kInt64)));
  const LossFunction classes(training_of(Task::kClassification));
  EXPECT_TRUE(classes.answers(outputs[0]).equal(torch::tensor({0, 1}, torch::kInt64)));
}

TEST(LossFunction, ignores_a_class_beside_padding) {
  const LossFunction loss(training_of(Task::kLanguageModel, {.ignore = 3}));
  const Tensor targets = torch::tensor({{1, 3, 2}, {2, 0, 0}}, torch::kInt64);
  EXPECT_EQ(loss.counts(scores(), targets).divisor, 3);
  EXPECT_EQ(loss.each(scores(), targets)[1].item<float>(), 0);
  // What a language model hesitates between is told of all tokens.
  EXPECT_GT(loss.negative_log_likelihoods(scores(), targets)[1].item<float>(), 0);
}

TEST(LossFunction, divides_by_the_weights_of_the_classes_that_occur) {
  const LossFunction loss(training_of(Task::kClassification, {.weights = {1, 2, 0.25, 8}}));
  const Tensor outputs = scores()[0];
  const Tensor targets = torch::tensor({1, 2, 1}, torch::kInt64);
  const SampleSums sums = loss.counts(outputs, targets);
  EXPECT_EQ(sums.divisor, 2 + 0.25 + 2);
  EXPECT_EQ(sums.answers, 3);
  const double due = (2 * likelihood(outputs[0], 1) + 0.25 * likelihood(outputs[1], 2) +
                      2 * likelihood(outputs[2], 1));
  EXPECT_NEAR(loss.sum(outputs, targets).item<double>(), due, 1e-5);
}

TEST(LossFunction, counts_nothing_where_there_is_nothing_but_padding) {
  const LossFunction loss(training_of(Task::kTagging, {.smoothing = 0.1}));
  const Tensor outputs = scores().set_requires_grad(true);
  const Tensor targets = torch::zeros({2, 3}, torch::kInt64);
  const SampleSums sums = loss.counts(outputs, targets);
  EXPECT_EQ(sums.divisor, 0);
  const Tensor sum = loss.sum(outputs, targets);
  EXPECT_EQ(sum.item<float>(), 0);
  sum.backward();
  EXPECT_EQ(outputs.grad().abs().sum().item<float>(), 0);
}

TEST(LossFunction, of_a_binary_classification_counts_what_lies_on_its_side) {
  const LossFunction loss(training_of(Task::kBinaryClassification,
                                      {.type = LossType::kBinaryCrossEntropy, .weights = {3}}));
  const Tensor outputs = torch::tensor({{0.5F}, {-1.0F}, {2.0F}});
  const Tensor targets = torch::tensor({{1.0F}, {1.0F}, {0.0F}});
  const SampleSums sums = loss.counts(outputs, targets);
  EXPECT_EQ(sums.correct, 1);
  EXPECT_EQ(sums.divisor, 3);  // as PyTorch: records, whatever their weight
  const double due =
      3 * std::log1p(std::exp(-0.5)) + 3 * std::log1p(std::exp(1.0)) + std::log1p(std::exp(2.0));
  EXPECT_NEAR(loss.sum(outputs, targets).item<double>(), due, 1e-5);
}

TEST(LossFunction, of_a_regression_counts_values) {
  const LossFunction loss(training_of(Task::kRegression, {.type = LossType::kHuber, .delta = 2}));
  const Tensor outputs = torch::tensor({{0.0F, 5.0F}}), targets = torch::tensor({{1.0F, 1.0F}});
  EXPECT_EQ(loss.counts(outputs, targets).divisor, 2);
  EXPECT_EQ(loss.counts(outputs, targets).answers, 0);
  EXPECT_NEAR(loss.sum(outputs, targets).item<double>(), 0.5 + 2 * (4 - 1), 1e-6);
}

TEST(Targets, of_a_language_model_are_the_tokens_that_follow) {
  model::Training training = training_of(Task::kLanguageModel);
  training.input = {5};
  dataset::RecordBatch batch;
  batch.records = 2;
  const std::vector<int32_t> tokens = {2, 7, 8, 3, 0, 2, 9, 3, 0, 0};
  batch.features.resize(tokens.size() * sizeof(int32_t));
  std::memcpy(batch.features.data(), tokens.data(), batch.features.size());
  EXPECT_TRUE(targets_of(batch, training, torch::zeros({2, 4, 10}))
                  .equal(torch::tensor({{7, 8, 3, 0}, {9, 3, 0, 0}}, torch::kInt64)));
}

TEST(Targets, of_tags_and_translations_are_as_long_as_the_micro_batch) {
  model::Training training = training_of(Task::kTagging);
  training.target_width = 4;
  dataset::RecordBatch batch;
  batch.records = 2;
  batch.labels = {1, 2, 0, 0, 3, 0, 0, 0};
  EXPECT_TRUE(targets_of(batch, training, torch::zeros({2, 2, 9}))
                  .equal(torch::tensor({{1, 2}, {3, 0}}, torch::kInt64)));
  training.task = Task::kTranslation;
  batch.labels = {2, 5, 3, 0, 2, 6, 7, 3};
  EXPECT_TRUE(targets_of(batch, training, torch::zeros({2, 3, 9}))
                  .equal(torch::tensor({{5, 3, 0}, {6, 7, 3}}, torch::kInt64)));
}

}  // namespace
}  // namespace howdah::train
