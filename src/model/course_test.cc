#include "model/course.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace howdah::model {
namespace {

const Schedule::Measure kAccuracy{"accuracy", false};

Course after(const CourseRules& rules, const std::vector<double>& measures) {
  Course course;
  int64_t epoch = 0;
  for (const double measure : measures) {
    ++epoch;
    update(course, rules, {epoch, epoch * 10, measure, measure});
    if (course.stopped_epoch > 0) break;
  }
  return course;
}

TEST(Course, stops_after_as_many_validations_that_are_not_better_as_patience_bears) {
  const CourseRules rules{.stop_early = {.on = true, .patience = 2, .threshold = 0}};
  EXPECT_EQ(after(rules, {3, 2, 2.5, 2.4}).stopped_epoch, 4);
  EXPECT_EQ(after(rules, {3, 2, 2.5, 1.9, 2, 1.8}).stopped_epoch, 0);
  EXPECT_EQ(after(rules, {3, 3, 3}).stopped_epoch, 3);
}

TEST(Course, counts_as_better_what_is_so_by_the_threshold) {
  CourseRules rules{.stop_early = {.on = true, .patience = 2, .threshold = 0.1}};
  EXPECT_EQ(after(rules, {2, 1.9, 1.85}).stopped_epoch, 3);
  EXPECT_EQ(after(rules, {2, 1.9, 1.75, 1.74}).stopped_epoch, 0);
  rules.stop_early.measure = kAccuracy;
  EXPECT_EQ(after(rules, {0.5, 0.54, 0.549}).stopped_epoch, 3);
  EXPECT_EQ(after(rules, {0.5, 0.54, 0.56, 0.5}).stopped_epoch, 0);
  EXPECT_TRUE(is_better(kAccuracy, -0.8, -1, 0.1));
  EXPECT_FALSE(is_better(kAccuracy, -0.95, -1, 0.1));
}

TEST(Course, never_stops_before_the_least_number_of_epochs) {
  const CourseRules rules{.stop_early = {.on = true, .patience = 1, .min_epochs = 5}};
  EXPECT_EQ(after(rules, {1, 2, 2, 2, 2, 2}).stopped_epoch, 5);
}

TEST(Course, remembers_the_first_of_the_best) {
  CourseRules rules{.best = {.on = true}};
  EXPECT_EQ(after(rules, {3, 1, 2, 1, 4}).best_epoch, 2);
  EXPECT_EQ(after(rules, {3, 1, 2, 1, 4}).best_step, 20);
  EXPECT_EQ(after(rules, {3, 1, 2, 1, 4}).best, 1);
  EXPECT_EQ(after(rules, {3, 1, 2, 1, 4}).stopped_epoch, 0);
  rules.best.measure = Schedule::Measure{"f1", false};
  EXPECT_EQ(after(rules, {0.3, 0.1, 0.35, 0.1}).best_epoch, 3);
}

TEST(Course, takes_nothing_that_is_not_finite_for_better) {
  const CourseRules rules{.stop_early = {.on = true, .patience = 2}, .best = {.on = true}};
  EXPECT_EQ(after(rules, {NAN, NAN}).stopped_epoch, 2);
  EXPECT_EQ(after(rules, {NAN, 2}).best_epoch, 2);
  EXPECT_EQ(after(rules, {NAN, -INFINITY}).best_epoch, 0);
}

}  // namespace
}  // namespace howdah::model
