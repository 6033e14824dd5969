#include "job/loss_section.h"

#include <gmock/gmock.h>

#include "job/job_spec.h"

namespace howdah::job {
namespace {

using model::LossType;
using testing::HasSubstr;

Result<JobSpec> with(const std::string& lines, const std::string& layers = "[dense: {units: 3}]") {
  return parse_job("name: a\nmodel: {layers: " + layers + "}\ndata: {source: x}\n" + lines,
                   "job.yaml");
}

model::Loss loss_of(const std::string& lines) {
  const auto job = with(lines);
  EXPECT_TRUE(job.is_ok()) << job.status().to_string();
  return job ? job->training.loss : model::Loss{};
}

TEST(LossSection, takes_the_loss_of_the_task_where_none_is_named) {
  EXPECT_EQ(loss_of("").type, LossType::kCrossEntropy);
  EXPECT_EQ(loss_of("task: binary_classification\n").type, LossType::kBinaryCrossEntropy);
  EXPECT_EQ(loss_of("task: regression\n").type, LossType::kMse);
  const auto tagging = parse_job(
      "name: a\nmodel: {layers: [dense: {units: 3}]}\ndata: {source: x, text: t}\ntask: tagging\n",
      "job.yaml");
  ASSERT_TRUE(tagging) << tagging.status().to_string();
  EXPECT_EQ(tagging->training.loss.type, LossType::kCrossEntropy);
  EXPECT_EQ(loss_of("task: regression\nloss: huber\n").delta, 1);
}

TEST(LossSection, reads_every_option_and_writes_it_out_again) {
  for (const char* lines :
       {"loss: cross_entropy\n",
        "loss: {type: cross_entropy, smoothing: 0.1, weights: [1, 0.5, 0],"
        " ignore: 2}\n",
        "task: regression\nloss: {type: huber, delta: 0.25}\n", "task: regression\nloss: mae\n",
        "task: binary_classification\nloss: {type: bce, positive_weight: 3.5}\n"}) {
    const auto job = with(lines);
    ASSERT_TRUE(job.is_ok()) << job.status().to_string();
    const auto again = parse_job(to_yaml(*job), "again.yaml");
    ASSERT_TRUE(again.is_ok()) << again.status().to_string();
    EXPECT_EQ(again->training.task, job->training.task);
    const model::Loss &a = job->training.loss, &b = again->training.loss;
    EXPECT_EQ(a.type, b.type) << lines;
    EXPECT_EQ(a.weights, b.weights) << lines;
    EXPECT_EQ(a.smoothing, b.smoothing) << lines;
    EXPECT_EQ(a.ignore, b.ignore) << lines;
    EXPECT_EQ(a.delta, b.delta) << lines;
  }
  EXPECT_EQ(loss_of("loss: {smoothing: 0.2, weights: [1, 0, 2]}\n").weights,
            (std::vector<double>{1, 0, 2}));
}

TEST(LossSection, refuses_at_its_place_what_does_not_fit_the_task) {
  const Status unfit = with("loss: {type: mse}\n").status();
  EXPECT_EQ(unfit.peer(), "job.yaml:4:14");
  EXPECT_EQ(unfit.message(), "the loss 'mse' does not fit the task image_classification");
  EXPECT_EQ(unfit.advice(), "fitting: cross_entropy, nll");
  EXPECT_EQ(with("task: regression\nloss: bce\n").status().peer(), "job.yaml:5:7");
  EXPECT_THAT(with("loss: cross_entropi\n").status().to_string(), HasSubstr("cross_entropy"));
  EXPECT_THAT(with("task: taging\n").status().to_string(), HasSubstr("tagging"));
}

TEST(LossSection, refuses_options_of_other_losses_and_numbers_outside_their_limits) {
  for (const char* lines :
       {"loss: {type: cross_entropy, delta: 1}\n", "loss: {smoothing: 1.5}\n",
        "loss: {weights: [1, -1, 1]}\n", "loss: {weights: [0, 0, 0]}\n", "loss: {weights: []}\n",
        "loss: {weights: [a, b, c]}\n", "loss: {ignore: -1}\n", "loss: {positive_weight: 2}\n",
        "task: regression\nloss: {type: huber, delta: 0}\n",
        "task: binary_classification\nloss: {type: bce, positive_weight: 0}\n", "loss: [mse]\n"}) {
    const Status status = with(lines).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << lines;
    EXPECT_THAT(status.peer(), HasSubstr("job.yaml:")) << lines;
  }
}

TEST(LossSection, wants_log_probabilities_for_nll) {
  EXPECT_EQ(with("loss: nll\n").status().peer(), "job.yaml:4:7");
  EXPECT_TRUE(with("loss: nll\n", "[dense: {units: 3}, log_softmax]").is_ok());
}

TEST(LossSection, is_checked_against_the_classes_that_the_data_have) {
  const auto task = model::Task::kClassification;
  EXPECT_TRUE(check_loss({.weights = {1, 2, 3}, .ignore = 2}, task, 3, "").is_ok());
  const Status weights = check_loss({.weights = {1, 2, 3}}, task, 4, "job.yaml:4:7");
  EXPECT_EQ(weights.peer(), "job.yaml:4:7");
  EXPECT_EQ(weights.message(), "'loss.weights' has 3 numbers, but there are 4 classes");
  EXPECT_FALSE(check_loss({.ignore = 3}, task, 3, "").is_ok());
}

}  // namespace
}  // namespace howdah::job
