#include "model/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace howdah::model {
namespace {

constexpr int64_t kFar = std::numeric_limits<int64_t>::max() / 2;

Schedule of(ScheduleType type) {
  Schedule schedule;
  schedule.type = type;
  schedule.initial = 0.1;
  schedule.decay = 0.5;
  return schedule;
}

// Of a training of 100 steps, ten an epoch.
double at(const Schedule& schedule, int64_t step) {
  return rate(schedule, step, 10, 100);
}

TEST(Schedule, stays_at_the_first_rate_where_it_is_fixed) {
  EXPECT_EQ(at({.initial = 0.5}, 0), 0.5);
  EXPECT_EQ(at({.initial = 0.5}, 1000), 0.5);
}

TEST(Schedule, falls_in_stairs_of_epochs_or_steps) {
  Schedule schedule = of(ScheduleType::kExponential);
  schedule.every = {2, true};
  EXPECT_EQ(at(schedule, 19), 0.1);
  EXPECT_EQ(at(schedule, 20), 0.05);
  EXPECT_EQ(at(schedule, 40), 0.025);
  schedule.every = {2, false};
  EXPECT_EQ(at(schedule, 1), 0.1);
  EXPECT_EQ(at(schedule, 2), 0.05);
}

TEST(Schedule, falls_at_every_step_without_stairs_and_at_every_epoch_where_it_is_told_to) {
  Schedule schedule = of(ScheduleType::kExponential);
  schedule.staircase = false;
  schedule.every = {2, true};
  EXPECT_DOUBLE_EQ(at(schedule, 10), 0.1 * std::sqrt(0.5));
  EXPECT_LT(at(schedule, 15), at(schedule, 14));
  schedule.by_epoch = true;
  EXPECT_EQ(at(schedule, 15), at(schedule, 10));
  EXPECT_LT(at(schedule, 20), at(schedule, 19));
}

TEST(Schedule, counts_from_the_end_of_the_warm_up) {
  Schedule schedule = of(ScheduleType::kMultiStep);
  schedule.at = {{1, true}, {3, true}};
  schedule.warmup = {.length = {20, false}, .from = 0.02};
  EXPECT_DOUBLE_EQ(at(schedule, 0), 0.02);
  EXPECT_DOUBLE_EQ(at(schedule, 10), 0.06);
  EXPECT_EQ(at(schedule, 20), 0.1);
  EXPECT_EQ(at(schedule, 29), 0.1);
  EXPECT_EQ(at(schedule, 30), 0.05);
  EXPECT_EQ(at(schedule, 50), 0.025);
  schedule.warmup.linear = false;
  EXPECT_EQ(at(schedule, 19), 0.02);
  EXPECT_EQ(at(schedule, 20), 0.1);
}

TEST(Schedule, ends_with_the_training_where_no_period_is_said) {
  Schedule schedule = of(ScheduleType::kCosine);
  schedule.end = 0.01;
  schedule.warmup.length = {2, true};
  EXPECT_DOUBLE_EQ(at(schedule, 60), 0.055);  // half of the 80 steps after the warm-up
  EXPECT_DOUBLE_EQ(at(schedule, 100), 0.01);
  EXPECT_DOUBLE_EQ(at(schedule, 150), 0.01);
}

TEST(Schedule, reaches_the_highest_rate_of_one_cycle_and_its_end) {
  Schedule schedule = of(ScheduleType::kOneCycle);
  EXPECT_DOUBLE_EQ(at(schedule, 0), 0.004);
  EXPECT_DOUBLE_EQ(at(schedule, 29), 0.1);
  EXPECT_DOUBLE_EQ(at(schedule, 99), 4e-7);
  EXPECT_EQ(at(schedule, 500), at(schedule, 99));
}

TEST(Schedule, restarts_a_cosine_at_whole_steps_however_far_it_goes) {
  Schedule schedule = of(ScheduleType::kCosine);
  schedule.restarts = {.first = {3, false}, .factor = 3, .decay = 0.5};
  int64_t begin = 0, length = 3;
  for (int cycle = 0; cycle < 33; ++cycle) {
    EXPECT_DOUBLE_EQ(at(schedule, begin), 0.1 * std::pow(0.5, cycle)) << cycle;
    if (cycle > 0) {
      EXPECT_LT(at(schedule, begin - 1), at(schedule, begin)) << cycle;
    }
    begin += length;
    length *= 3;
  }
  schedule.restarts = {.first = {7, false}, .factor = 1, .decay = 1};
  for (const int64_t n : {7, 70, 7'000'007}) EXPECT_DOUBLE_EQ(at(schedule, n), 0.1);
}

TEST(Schedule, is_finite_and_not_negative_at_any_step_of_any_period) {
  for (int type = 0; type <= static_cast<int>(ScheduleType::kPlateau); ++type)
    for (const Period& period : {Period{1, true}, Period{1, false}, Period{kFar, true}, kNoPeriod})
      for (const int64_t step : {int64_t{0}, int64_t{1}, int64_t{99}, kFar})
        for (const int64_t steps_per_epoch : {int64_t{0}, int64_t{1}, kFar}) {
          Schedule schedule = of(static_cast<ScheduleType>(type));
          schedule.every = schedule.over = schedule.timescale = schedule.restarts.first = period;
          schedule.at = {period};
          for (const double factor : {1.0, 1.01, 1000.0})
            for (const bool flag : {false, true}) {
              schedule.restarts.factor = factor;
              schedule.cycle = schedule.staircase = schedule.by_epoch = flag;
              schedule.one_cycle.rise = flag ? 1 : 0;
              schedule.warmup.length = flag ? period : kNoPeriod;
              const double value = rate(schedule, step, steps_per_epoch, step);
              ASSERT_TRUE(std::isfinite(value) && value >= 0 && value <= 0.1 * (1 + 1e-15))
                  << type << " " << period.count << " " << step << " " << steps_per_epoch << " "
                  << factor << ": " << value;
            }
        }
}

TEST(Schedule, knows_whether_it_counts_steps) {
  Schedule schedule = of(ScheduleType::kStep);
  EXPECT_FALSE(counts_steps(schedule));
  schedule.warmup.length = {5, true};
  EXPECT_FALSE(counts_steps(schedule));
  schedule.warmup.length = {5, false};
  EXPECT_TRUE(counts_steps(schedule));
}

class PlateauTest : public testing::Test {
 protected:
  PlateauTest() {
    schedule_.plateau = {.factor = 0.5, .patience = 1, .threshold = 0.01, .cooldown = 0};
  }
  void validate(std::initializer_list<double> measures) {
    for (const double measure : measures) update(state_, schedule_, state_.epochs + 1, measure);
  }
  double rate() { return model::rate(schedule_, 50, 10, 100, state_); }

  Schedule schedule_ = of(ScheduleType::kPlateau);
  PlateauState state_;
};

TEST_F(PlateauTest, falls_after_more_validations_than_it_bears_without_a_better_one) {
  validate({1.0, 0.9, 0.895});  // not better by a hundredth
  EXPECT_EQ(rate(), 0.1);
  validate({0.9});
  EXPECT_EQ(rate(), 0.05);
  EXPECT_EQ(state_.best_epoch, 2);
  EXPECT_EQ(state_.epochs, 4);
  validate({0.8, 0.9});
  EXPECT_EQ(rate(), 0.05);
}

TEST_F(PlateauTest, rises_are_better_for_an_accuracy) {
  schedule_.plateau.measure = {"accuracy", false};
  validate({0.5, 0.6, 0.7, 0.7});
  EXPECT_EQ(rate(), 0.1);
  validate({0.7});
  EXPECT_EQ(rate(), 0.05);
}

TEST_F(PlateauTest, takes_no_figure_that_is_not_finite_for_the_best) {
  const double nan = std::nan("");
  validate({nan, -std::numeric_limits<double>::infinity()});
  EXPECT_EQ(state_.best_epoch, 0);
  EXPECT_EQ(rate(), 0.05);
  validate({1.0, nan});
  EXPECT_EQ(state_.best, 1.0);
}

TEST_F(PlateauTest, does_not_count_validations_while_it_cools_down) {
  schedule_.plateau.patience = 0;
  schedule_.plateau.cooldown = 2;
  validate({1.0, 1.0});
  EXPECT_EQ(rate(), 0.05);
  validate({1.0, 1.0});
  EXPECT_EQ(rate(), 0.05);
  validate({1.0});
  EXPECT_EQ(rate(), 0.025);
}

TEST_F(PlateauTest, does_not_fall_below_the_lowest_rate) {
  schedule_.end = 0.04;
  schedule_.plateau.patience = 0;
  validate({1.0, 1.0, 1.0, 1.0});
  EXPECT_EQ(rate(), 0.04);
}

}  // namespace
}  // namespace howdah::model
