#include "job/course_section.h"

#include <gmock/gmock.h>

#include "job/job_spec.h"

namespace howdah::job {
namespace {

using model::Schedule;
using testing::HasSubstr;

const std::string kStart =
    "name: a\n"
    "data: {source: /data}\n"
    "model: {layers: [flatten, {dense: {units: 10}}]}\n";

JobSpec parsed(const std::string& text) {
  const auto spec = parse_job(kStart + text, "job.yaml");
  EXPECT_TRUE(spec) << spec.status().to_string();
  return spec ? *spec : JobSpec{};
}
std::string complaint(const std::string& text) {
  const auto spec = parse_job(kStart + text, "job.yaml");
  EXPECT_FALSE(spec) << text;
  return spec.status().to_string();
}

TEST(CourseSection, leaves_the_course_alone_unless_asked) {
  const JobSpec spec = parsed("");
  EXPECT_FALSE(spec.training.course.need_validation());
  EXPECT_FALSE(spec.training.course.on_nan.roll_back);
  EXPECT_EQ(spec.checkpoint.every_epochs, 1);
  EXPECT_EQ(spec.checkpoint.keep, 3);
}

TEST(CourseSection, early_stopping_keeps_and_uses_the_best_by_its_measure) {
  const auto course = parsed("stop_early: {measure: accuracy}\n").training.course;
  EXPECT_EQ(course.stop_early.patience, 5);
  EXPECT_EQ(course.stop_early.threshold, 1e-4);
  EXPECT_TRUE(course.best.on && course.best.use);
  EXPECT_EQ(course.best.measure, (Schedule::Measure{"accuracy", false}));
  const auto last =
      parsed("stop_early: {}\ncheckpoint: {best: {measure: f1}, use: last}\n").training.course;
  EXPECT_EQ(last.stop_early.measure, Schedule::Measure{});
  EXPECT_EQ(last.best.measure, (Schedule::Measure{"f1", false}));
  EXPECT_FALSE(last.best.use);
}

TEST(CourseSection, checkpoints_go_by_steps_epochs_or_time) {
  EXPECT_EQ(parsed("checkpoint: {every: 500 steps}\n").checkpoint.every_steps, 500);
  EXPECT_EQ(parsed("checkpoint: {every: 2 epochs}\n").checkpoint.every_epochs, 2);
  EXPECT_EQ(parsed("checkpoint: {every: 10 minutes}\n").checkpoint.every, std::chrono::minutes(10));
  EXPECT_EQ(parsed("checkpoint: {every: 1 hour}\n").checkpoint.every, std::chrono::hours(1));
  EXPECT_TRUE(parsed("checkpoint: {use: best}\n").training.course.best.on);
}

TEST(CourseSection, says_what_a_loss_that_is_none_does) {
  EXPECT_TRUE(parsed("on_nan: roll_back\n").training.course.on_nan.roll_back);
  const auto rule = parsed("on_nan: {roll_back: {rate: 0.1, times: 7}, explodes_above: 1e6}\n")
                        .training.course.on_nan;
  EXPECT_TRUE(rule.roll_back);
  EXPECT_EQ(rule.rate, 0.1);
  EXPECT_EQ(rule.times, 7);
  EXPECT_EQ(rule.explodes_above, 1e6);
  EXPECT_FALSE(parsed("on_nan: {explodes_above: 5}\n").training.course.on_nan.roll_back);
}

TEST(CourseSection, resolved_is_the_same_course) {
  for (const std::string text :
       {"", "stop_early: {measure: f1, patience: 2, threshold: 0.01, min_epochs: 3}\n",
        "checkpoint: {every: 90 seconds, keep: 1, best: {measure: recall}, use: best}\n",
        "on_nan: {roll_back: {rate: 0.25, times: 2}, explodes_above: 12.5}\n", "on_nan: stop\n",
        "on_nan: {explodes_above: 1e7}\n"}) {
    const std::string resolved = to_yaml(parsed(text));
    const auto again = parse_job(resolved, "job.yaml");
    ASSERT_TRUE(again) << again.status().to_string() << "\n" << resolved;
    EXPECT_EQ(to_yaml(*again), resolved);
  }
}

TEST(CourseSection, refuses_what_cannot_be_with_its_place) {
  EXPECT_THAT(complaint("stop_early: {patience: 0}\n"),
              HasSubstr("job.yaml:4:24: 'stop_early.patience'"));
  EXPECT_THAT(complaint("stop_early: {threshold: x}\n"), HasSubstr("must be a number"));
  EXPECT_THAT(complaint("stop_early: {measure: acuracy}\n"), HasSubstr("did you mean 'accuracy'"));
  EXPECT_THAT(complaint("stop_early: {patients: 3}\n"), HasSubstr("did you mean 'patience'"));
  EXPECT_THAT(complaint("checkpoint: {every: 10 parsecs}\n"), HasSubstr("'checkpoint.every'"));
  EXPECT_THAT(complaint("checkpoint: {best: {measure: bleu}}\n"),
              HasSubstr("job.yaml:4:30: the measure 'bleu' does not fit the task"));
  EXPECT_THAT(complaint("checkpoint: {use: newest}\n"), HasSubstr("'checkpoint.use'"));
  EXPECT_THAT(complaint("on_nan: ignore\n"),
              HasSubstr("job.yaml:4:9: 'on_nan' cannot be 'ignore'"));
  EXPECT_THAT(complaint("on_nan: {roll_back: {rate: 0}}\n"), HasSubstr("must be above 0"));
  EXPECT_THAT(complaint("on_nan: {roll_back: {rate: nan}}\n"), HasSubstr("must be a number"));
  EXPECT_THAT(complaint("on_nan: {explodes_above: -1}\n"), HasSubstr("'on_nan.explodes_above'"));
}

}  // namespace
}  // namespace howdah::job
