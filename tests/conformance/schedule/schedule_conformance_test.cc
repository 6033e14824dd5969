// The rate at every step of some trainings whose `learning_rate:` a job file says, beside what
// PyTorch's schedulers give, and TensorFlow's and the papers' formulas: figures.json.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "conformance/figures.h"
#include "job/job_spec.h"

namespace howdah::model {
namespace {

using nlohmann::ordered_json;

// PyTorch computes some rates from the former one, so that its roundings add up; the smallest are
// a millionth of the highest. A wrong definition is off by more than 1e-3.
constexpr double kTolerance = 1e-9;
constexpr double kZero = 1e-17;  // of rates from 0.01 on

Schedule schedule_of(const ordered_json& figure) {
  const auto job =
      job::parse_job("name: a\ndata: {source: /d}\nmodel: {layers: [flatten]}\nlearning_rate: " +
                         figure["learning_rate"].get<std::string>() + "\n",
                     "figures.json");
  EXPECT_TRUE(job) << job.status().to_string();
  return job ? job->training.schedule : Schedule{};
}

void expect_near(double ours, double theirs, const std::string& name, size_t step) {
  ASSERT_NEAR(ours, theirs, std::max(kZero, kTolerance * std::fabs(theirs))) << name << " " << step;
}

void expect_all(const std::string& source) {
  int compared = 0;
  for (const ordered_json& figure : figures()["figures"]) {
    if (figure["source"] != source) continue;
    ++compared;
    const auto name = figure["name"].get<std::string>();
    const auto steps_per_epoch = figure["steps_per_epoch"].get<int64_t>();
    const auto& rates = figure["rates"];
    ASSERT_GE(rates.size(), 60U) << name;
    const Schedule schedule = schedule_of(figure);
    const auto total = figure.value("total", static_cast<int64_t>(rates.size()));
    PlateauState plateau;
    for (size_t step = 0; step < rates.size(); ++step) {
      expect_near(rate(schedule, static_cast<int64_t>(step), steps_per_epoch, total, plateau),
                  rates[step].get<double>(), name, step);
      if (testing::Test::HasFatalFailure()) break;
      if (figure.contains("measures"))
        update(plateau, schedule, static_cast<int64_t>(step) + 1,
               figure["measures"][step].get<double>());
    }
  }
  EXPECT_GE(compared, 4) << source;
}

TEST(ScheduleConformance, rates_are_those_of_pytorchs_schedulers) {
  expect_all("pytorch");
}
TEST(ScheduleConformance, rates_are_those_of_tensorflows_formulas) {
  expect_all("tensorflow");
}
TEST(ScheduleConformance, rates_are_those_of_the_papers_formulas) {
  expect_all("paper");
}

}  // namespace
}  // namespace howdah::model
