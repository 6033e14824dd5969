#include "measure/ranking.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace howdah::measure {
namespace {

TEST(Ranking, is_within_its_stated_error_where_there_are_too_many_different_scores) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise;
  for (const size_t bins : {2, 8, 50, 1000}) {
    Ranking exact, binned(bins);
    for (int i = 0; i < 5000; ++i) {
      const bool positive = random() % 5 == 0;
      const double score = noise(random) + (positive ? 1 : 0);
      exact.add(positive, score);
      binned.add(positive, score);
    }
    for (const auto figure : {&Ranking::roc_auc, &Ranking::average_precision}) {
      const Ranking::Figure truth = (exact.*figure)(), found = (binned.*figure)();
      EXPECT_EQ(truth.error, 0);
      EXPECT_GT(found.error, 0);
      EXPECT_LE(std::abs(found.value - truth.value), found.error) << bins;
    }
    if (bins == 1000) {
      EXPECT_LT(binned.roc_auc().error, 0.003);
      EXPECT_LT(binned.average_precision().error, 0.01);
    }
  }
}

TEST(Ranking, stays_exact_up_to_its_limit) {
  Ranking ranking(100);
  for (int i = 0; i < 10'000; ++i) ranking.add(i % 3 == 0, i % 100);
  EXPECT_EQ(ranking.roc_auc().error, 0);
  ranking.add(true, 100);
  EXPECT_GT(ranking.roc_auc().error, 0);
}

TEST(Ranking, orders_infinities_as_numbers) {
  const double infinite = std::numeric_limits<double>::infinity();
  Ranking ranking;
  ranking.add(false, -infinite);
  ranking.add(false, 1e308);
  ranking.add(true, infinite);
  EXPECT_EQ(ranking.roc_auc().value, 1);
  EXPECT_EQ(ranking.average_precision().value, 1);
}

TEST(Ranking, of_nothing_is_no_fault) {
  EXPECT_TRUE(std::isnan(Ranking().roc_auc().value));
  EXPECT_EQ(Ranking().average_precision().value, 0);
}

}  // namespace
}  // namespace howdah::measure
