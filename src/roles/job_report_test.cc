#include "roles/job_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace howdah::roles {
namespace {
using nlohmann::json;
using ::testing::UnorderedElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

control::FromWorker progress(uint64_t generation, int64_t applied, double loss = 0.5) {
  control::FromWorker message;
  auto& progress = *message.mutable_progress();
  progress.set_generation(generation);
  progress.set_applied(applied);
  progress.set_steps(200);
  progress.set_loss(loss);
  progress.set_records(applied * 64);
  return message;
}

JobReport report_of(const std::string& application = "application_1_2") {
  job::JobSpec spec;
  spec.resources.workers_max = 3;
  return JobReport("small-1", application, spec);
}

TEST(JobReport, the_summary_has_the_keys_that_the_design_promises) {
  auto report = report_of();
  report.times = {1000, 1500, 3500, 4000, 4250, 14250};
  report.note(0, progress(1, 150), 4250);
  control::FromWorker input, done;
  input.mutable_input()->set_local(7);
  input.mutable_input()->set_remote(5);
  input.mutable_input()->set_cached(3);
  report.note(0, input, 0);
  report.note(1, input, 0);
  done.mutable_done()->set_model_uri("file:///m");
  done.mutable_done()->set_model_sha256("abc");
  report.note(0, done, 0);
  const json summary = json::parse(report.summary_json({}, {2, 4, 3, 1}));
  EXPECT_THAT(
      keys(summary),
      UnorderedElementsAre("job_id", "application_id", "outcome", "cause", "message", "metrics",
                           "model", "phases_s", "input_bytes", "generations", "workers", "steps",
                           "records", "stopped_early", "best", "roll_backs", "waiting_for_data"));
  EXPECT_THAT(keys(summary["metrics"]), UnorderedElementsAre("train", "validation", "test"));
  EXPECT_EQ(summary["job_id"], "small-1");
  EXPECT_EQ(summary["application_id"], "application_1_2");
  EXPECT_EQ(summary["outcome"], "SUCCEEDED");
  EXPECT_EQ(summary["cause"], nullptr);
  EXPECT_EQ(summary["model"], json({{"uri", "file:///m"}, {"sha256", "abc"}}));
  EXPECT_EQ(summary["phases_s"], json({{"submit", 0.5},
                                       {"accepted", 2.0},
                                       {"running", 0.5},
                                       {"first_step", 0.25},
                                       {"training", 10.0},
                                       {"total", 13.25}}));
  EXPECT_EQ(summary["input_bytes"], json({{"local", 14}, {"remote", 10}, {"cached", 6}}));
  EXPECT_EQ(summary["generations"], 2);
  EXPECT_EQ(summary["workers"], json({{"requested", 3}, {"granted", 3}, {"lost", 1}}));
  EXPECT_EQ(summary["steps"], 150);
  EXPECT_EQ(summary["records"], 150 * 64);
}

TEST(JobReport, a_job_that_never_trained_has_null_where_there_is_nothing_to_say) {
  auto report = report_of("");
  report.times.started = 1000;
  report.times.ended = 2000;
  const job::Ending ending{job::Outcome::kFailed, job::Cause::kTimeout, "no worker came", -1, ""};
  const json summary = json::parse(report.summary_json(ending, {}));
  EXPECT_EQ(summary["application_id"], nullptr);
  EXPECT_EQ(summary["outcome"], "FAILED");
  EXPECT_EQ(summary["cause"], std::string(job::cause_name(job::Cause::kTimeout)));
  EXPECT_EQ(summary["model"], nullptr);
  EXPECT_EQ(summary["metrics"],
            json({{"train", nullptr}, {"validation", nullptr}, {"test", nullptr}}));
  EXPECT_EQ(summary["waiting_for_data"], nullptr);
  EXPECT_EQ(summary["phases_s"]["first_step"], nullptr);
  EXPECT_EQ(summary["phases_s"]["total"], 1.0);
}

TEST(JobReport, tells_the_share_of_all_steps_that_was_spent_waiting_for_data) {
  auto report = report_of();
  const auto note = [&](int64_t applied, double data_ms, double compute_ms) {
    control::FromWorker message = progress(1, applied);
    message.mutable_progress()->set_data_ms(data_ms);
    message.mutable_progress()->set_compute_ms(compute_ms);
    message.mutable_progress()->set_communicate_ms(1);
    report.note(0, message, 0);
  };
  note(1, 9, 10);    // 9 of 20
  note(11, 0, 19);   // 0 of 200
  note(11, 50, 50);  // told again
  note(5, 50, 50);   // back to a checkpoint
  note(15, 1, 18);   // 10 of 200
  EXPECT_DOUBLE_EQ(json::parse(report.summary_json({}, {}))["waiting_for_data"], 19.0 / 420);
}

TEST(JobReport, nan_becomes_null) {
  auto report = report_of();
  const auto line = report.note(0, progress(1, 3, kNan), 5);
  ASSERT_TRUE(line);
  EXPECT_EQ(json::parse(*line)["loss"], nullptr);
  control::FromWorker evaluation;
  evaluation.mutable_evaluation()->set_part("test");
  control::Figure& f1 = *evaluation.mutable_evaluation()->add_figures();
  f1.set_name("f1");
  f1.set_value(kNan);
  report.note(0, evaluation, 5);
  const json summary = json::parse(report.summary_json({}, {}));
  EXPECT_EQ(summary["metrics"]["train"]["loss"], nullptr);
  EXPECT_EQ(summary["metrics"]["test"]["f1"], nullptr);
}

TEST(JobReport, tells_the_measures_by_their_names_and_a_matrix_by_its_rows) {
  auto report = report_of();
  control::FromWorker message;
  control::Evaluation& evaluation = *message.mutable_evaluation();
  evaluation.set_part("test");
  evaluation.set_loss(0.5);
  evaluation.set_records(7);
  for (const auto& [name, value] : {std::pair{"accuracy", 0.75}, std::pair{"top_5", 1.0}}) {
    control::Figure& figure = *evaluation.add_figures();
    figure.set_name(name);
    figure.set_value(value);
  }
  for (const int columns : {0, 2}) {
    control::FigureList& list = *evaluation.add_lists();
    list.set_name(columns == 0 ? "f1_per_class" : "confusion_matrix");
    list.set_columns(columns);
    for (int i = 0; i < (columns == 0 ? 2 : 4); ++i) list.add_values(i);
  }
  const json line = json::parse(*report.note(0, message, 5));
  EXPECT_EQ(line["top_5"], 1.0);
  EXPECT_EQ(json::parse(report.summary_json({}, {}))["metrics"]["test"],
            json({{"loss", 0.5},
                  {"accuracy", 0.75},
                  {"top_5", 1.0},
                  {"f1_per_class", {0.0, 1.0}},
                  {"confusion_matrix", {{0.0, 1.0}, {2.0, 3.0}}},
                  {"records", 7}}));
}

TEST(JobReport, tells_no_accuracy_where_there_is_none) {
  auto report = report_of();
  control::FromWorker message;
  message.mutable_progress()->set_applied(3);
  EXPECT_EQ(json::parse(*report.note(0, message, 5))["accuracy"], nullptr);
  EXPECT_EQ(json::parse(report.summary_json({}, {}))["metrics"]["train"]["accuracy"], nullptr);
}

TEST(JobReport, last_words_of_a_worker_that_are_no_utf_8_do_not_end_the_master) {
  job::Ending ending{job::Outcome::kFailed, job::Cause::kUserCode, "caf\xe9", 0, "na\xc3"};
  const json summary = json::parse(report_of().summary_json(ending, {}));
  EXPECT_EQ(summary["message"], "caf\xef\xbf\xbd");
  EXPECT_EQ(summary["stderr_tail"], "na\xef\xbf\xbd");
}

TEST(JobReport, progress_of_a_former_generation_changes_nothing) {
  auto report = report_of();
  report.note(0, progress(2, 100), 5);
  EXPECT_FALSE(report.note(1, progress(1, 60), 6));
  EXPECT_EQ(report.progress().applied(), 100);
  EXPECT_DOUBLE_EQ(report.fraction(), 0.5);
}

TEST(JobReport, the_first_step_and_the_first_generation_are_told_once) {
  auto report = report_of();
  control::FromWorker formed;
  formed.mutable_formed();
  report.note(0, formed, 10);
  report.note(0, formed, 20);
  report.note(0, progress(1, 1), 30);
  report.note(0, progress(1, 2), 40);
  EXPECT_EQ(report.times.formed, 10);
  EXPECT_EQ(report.times.first_step, 30);
}

TEST(JobReport, tells_followers_of_progress_evaluations_and_checkpoints_only) {
  const auto report = report_of();
  control::FromWorker evaluation, checkpointed, input, hello;
  evaluation.mutable_evaluation();
  checkpointed.mutable_checkpointed();
  input.mutable_input();
  hello.mutable_hello();
  EXPECT_TRUE(report.event(progress(1, 1))->has_progress());
  EXPECT_TRUE(report.event(evaluation)->has_evaluation());
  EXPECT_TRUE(report.event(checkpointed)->has_checkpointed());
  EXPECT_FALSE(report.event(input));
  EXPECT_FALSE(report.event(hello));
}

}  // namespace
}  // namespace howdah::roles
