#include "cli/learning_rate_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace howdah::cli {
namespace {
using model::ScheduleType;
using testing::HasSubstr;
using testing::Not;

model::Training training(ScheduleType type) {
  model::Training training;
  training.epochs = 4;
  training.schedule.type = type;
  training.schedule.initial = 0.4;
  training.schedule.decay = 0.5;
  return training;
}

LearningRateCurve curve(const model::Training& training, std::optional<int64_t> steps = {}) {
  const auto curve = LearningRateCurve::of(training, steps);
  EXPECT_TRUE(curve) << curve.status().to_string();
  return *curve;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

int columns_of(const std::string& line) {
  return static_cast<int>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

TEST(LearningRatePlot, draws_stairs_with_numbers_on_both_axes) {
  EXPECT_EQ(plot_text(curve(training(ScheduleType::kExponential)), 42, false),
            "learning rate: exponential: first 0.4, highest 0.4, last 0.05\n"
            "     0.4 +*********\n"
            "         |        *\n"
            "         |        *\n"
            "         |        *\n"
            "         |        *\n"
            "         |        *\n"
            "     0.2 +        *********\n"
            "         |                *\n"
            "         |                *********\n"
            "         |                        *\n"
            "         |                        ********\n"
            "       0 +\n"
            "         +--------+-------+-------+-------\n"
            "          0       1       2       4 epochs\n");
}

TEST(LearningRatePlot, draws_over_steps_where_their_number_is_known) {
  const std::string text = plot_text(curve(training(ScheduleType::kExponential), 1000), 80, false);
  EXPECT_THAT(text, HasSubstr("2,000"));
  EXPECT_THAT(text, HasSubstr("4,000 steps"));
}

TEST(LearningRatePlot, stays_within_the_terminal_with_braille_dots_too) {
  for (int type = 0; type <= static_cast<int>(ScheduleType::kPlateau); ++type)
    for (const int columns : {40, 72, 133}) {
      model::Training job = training(static_cast<ScheduleType>(type));
      job.schedule.warmup.length = {1, true};
      for (const bool unicode : {false, true}) {
        const auto lines = lines_of(plot_text(curve(job), columns, unicode));
        for (size_t i = 1; i < lines.size(); ++i)
          if (!lines[i].starts_with("(")) {
            EXPECT_LE(columns_of(lines[i]), columns) << type << ": " << lines[i];
          }
      }
    }
  EXPECT_THAT(plot_text(curve(training(ScheduleType::kFixed)), 72, true), HasSubstr("┤⠉⠉"));
}

TEST(LearningRatePlot, draws_a_rate_of_zero_and_a_training_of_one_step) {
  model::Training job = training(ScheduleType::kFixed);
  job.schedule.initial = 0;
  EXPECT_THAT(plot_text(curve(job), 60, false), HasSubstr("0 +****"));
  job.epochs = 1;
  EXPECT_THAT(plot_text(curve(job, 1), 60, true), HasSubstr("1 steps"));
}

TEST(LearningRatePlot, shows_a_peak_between_two_columns) {
  model::Training job = training(ScheduleType::kCosine);
  job.epochs = 1000;
  job.schedule.restarts.first = {900, true};
  EXPECT_THAT(plot_text(curve(job), 60, false), HasSubstr("highest 0.4"));
  job.schedule.restarts.first = {1, true};
  EXPECT_THAT(plot_text(curve(job), 60, false), HasSubstr("     0.4 +*****"));
}

TEST(LearningRatePlot, says_that_a_plateau_cannot_be_known) {
  EXPECT_THAT(plot_text(curve(training(ScheduleType::kPlateau)), 60, false),
              HasSubstr("which nobody knows yet"));
}

TEST(LearningRatePlot, needs_the_steps_of_an_epoch_where_a_period_counts_steps) {
  model::Training job = training(ScheduleType::kExponential);
  job.schedule.every = {500, false};
  const auto refused = LearningRateCurve::of(job, {});
  EXPECT_EQ(refused.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(refused.status().to_string(), HasSubstr("--steps-per-epoch"));
  EXPECT_TRUE(LearningRateCurve::of(job, 469));
}

TEST(LearningRatePlot, gives_its_points_as_json) {
  const auto steps =
      nlohmann::json::parse(plot_json(curve(training(ScheduleType::kExponential), 10)));
  EXPECT_EQ(steps["schedule"], "exponential");
  EXPECT_EQ(steps["steps_per_epoch"], 10);
  ASSERT_EQ(steps["points"].size(), 40U);
  EXPECT_EQ(steps["points"][19]["step"], 19);
  EXPECT_EQ(steps["points"][19]["learning_rate"], 0.2);
  EXPECT_EQ(steps["points"][20]["learning_rate"], 0.1);

  const auto epochs = nlohmann::json::parse(plot_json(curve(training(ScheduleType::kExponential))));
  EXPECT_TRUE(epochs["steps_per_epoch"].is_null());
  EXPECT_EQ(epochs["points"].size(), 1000U);
  EXPECT_EQ(epochs["points"][0]["epoch"], 0.0);
  EXPECT_EQ(epochs["points"][999]["epoch"], 3.9999);
  EXPECT_EQ(epochs["points"][999]["learning_rate"], 0.05);
}

}  // namespace
}  // namespace howdah::cli
