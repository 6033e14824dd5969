#include "job/metrics_section.h"

#include <gtest/gtest.h>

#include "job/job_spec.h"

namespace howdah::job {
namespace {

Result<JobSpec> with(const std::string& lines) {
  return parse_job("name: a\nmodel: {layers: [dense: {units: 10}]}\ndata: {source: x}\n" + lines,
                   "job.yaml");
}

TEST(MetricsSection, keeps_the_names_and_writes_them_out_again) {
  const auto job = with("metrics: [accuracy, f1_macro]\n");
  ASSERT_TRUE(job.is_ok()) << job.status().to_string();
  ASSERT_EQ(job->metrics.size(), 2u);
  EXPECT_EQ(job->metrics[1].name, "f1_macro");
  const auto again = parse_job(to_yaml(*job), "again.yaml");
  ASSERT_TRUE(again.is_ok()) << again.status().to_string();
  ASSERT_EQ(again->metrics.size(), 2u);
  EXPECT_EQ(again->metrics[1].name, "f1_macro");
}

TEST(MetricsSection, refuses_at_its_place_what_does_not_fit_or_is_not_known) {
  const Status unfit = with("metrics: [accuracy, mse]\n").status();
  EXPECT_EQ(unfit.peer(), "job.yaml:4:21");
  EXPECT_EQ(unfit.message(),
            "the measure 'mse' does not fit the task: it is for regression, not for "
            "classification");
  const Status unknown = with("metrics:\n  - acuracy\n").status();
  EXPECT_EQ(unknown.peer(), "job.yaml:5:5");
  EXPECT_EQ(unknown.advice(), "did you mean 'accuracy'?");
  EXPECT_EQ(with("metrics: accuracy\n").status().message(), "'metrics' must be a list");
  EXPECT_EQ(with("metrics: [[accuracy]]\n").status().peer(), "job.yaml:4:11");
}

TEST(MetricsSection, refuses_what_the_number_of_classes_does_not_allow) {
  const std::vector<MetricSpec> binary = {{"accuracy", "job.yaml:4:11"}, {"f1", "job.yaml:4:21"}};
  const auto task = model::Task::kClassification;
  EXPECT_TRUE(check_metrics(binary, task, 2).is_ok());
  EXPECT_EQ(check_metrics(binary, task, 10).peer(), "job.yaml:4:21");
  EXPECT_TRUE(check_metrics({{"top_5", ""}}, task, 10).is_ok());
  EXPECT_FALSE(check_metrics({{"top_10", ""}}, task, 10).is_ok());
  EXPECT_FALSE(check_metrics({{"top_2", ""}}, task, 2).is_ok());
  EXPECT_TRUE(check_metrics({{"confusion_matrix", ""}}, task, 256).is_ok());
  EXPECT_FALSE(check_metrics({{"confusion_matrix", ""}}, task, 257).is_ok());
}

}  // namespace
}  // namespace howdah::job
