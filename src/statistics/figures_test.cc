// Against numpy, scipy, pandas and exact fractions: tests/conformance/statistics/make_figures.py
// says how its figures were made.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "statistics/min_hash.h"
#include "statistics/moments.h"
#include "statistics/ordered_image.h"
#include "statistics/quantile_sketch.h"
#include "statistics/value_counts.h"

namespace howdah::statistics {
namespace {

using nlohmann::json;

const json& all_figures() {
  static const json figures = [] {
    std::ifstream file(HOWDAH_STATISTICS_FIGURES);
    return json::parse(file, nullptr, false);
  }();
  return figures;
}

double number(const json& text) {
  return std::strtod(text.get<std::string>().c_str(), nullptr);
}

// number() of make_figures.py.
double made(const std::string& kind, uint64_t seed, uint64_t index) {
  uint64_t bits = seed + (index + 1) * 0x9e3779b97f4a7c15;
  bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
  bits ^= bits >> 31;
  const double uniform = std::ldexp(static_cast<double>(bits >> 11), -53);
  if (kind == "uniform") return uniform;
  if (kind == "far") return 1e9 + uniform;
  if (kind == "integers") return static_cast<double>(bits % 100);
  return std::ldexp(uniform - 0.5, static_cast<int>(bits % 601) - 300);
}

std::vector<double> values_of(const json& column) {
  std::vector<double> values;
  if (column.contains("values")) {
    for (const json& value : column["values"]) values.push_back(number(value));
  } else {
    for (uint64_t i = 0; i < column["length"]; ++i)
      values.push_back(made(column["kind"], column["seed"], i));
  }
  return values;
}

uint64_t places_apart(double a, double b) {
  const uint64_t left = image_of(a + 0.0), right = image_of(b + 0.0);
  return left > right ? left - right : right - left;
}

// Two halves, so that what is compared has been merged.
template <typename Figure>
Figure halves(std::span<const double> values) {
  Figure first, second;
  first.add(values.first(values.size() / 2));
  second.add(values.subspan(values.size() / 2));
  second.merge(first);
  return second;
}

TEST(Figures, AreThere) {
  ASSERT_FALSE(all_figures().is_discarded()) << HOWDAH_STATISTICS_FIGURES;
  EXPECT_GE(all_figures()["columns"].size(), 15u);
}

TEST(Figures, MomentsAreTheExactOnesRoundedOnce) {
  for (const json& column : all_figures()["columns"]) {
    SCOPED_TRACE(column["name"].get<std::string>());
    const std::vector<double> values = values_of(column);
    const Moments moments = halves<Moments>(values);
    EXPECT_EQ(moments.count(), column["count"].get<int64_t>());
    EXPECT_EQ(moments.sum(), number(column["sum"]));
    EXPECT_EQ(moments.mean(), number(column["mean"]));
    EXPECT_EQ(moments.variance(), number(column["variance"]));
    EXPECT_EQ(moments.minimum(), number(column["minimum"]));
    EXPECT_EQ(moments.maximum(), number(column["maximum"]));
    EXPECT_LE(places_apart(moments.standard_deviation(), number(column["standard_deviation"])), 1u);
    if (column.contains("sample_variance")) {
      EXPECT_EQ(moments.sample_variance(), number(column["sample_variance"]));
    }
    if (column.contains("pandas_std")) {
      const double theirs = number(column["pandas_std"]);
      EXPECT_NEAR(moments.sample_standard_deviation() / theirs, 1, 1e-9);
    }
  }
}

TEST(Figures, QuantilesAreNumpysToTheBit) {
  for (const json& column : all_figures()["columns"]) {
    const QuantileSketch sketch = halves<QuantileSketch>(values_of(column));
    ASSERT_TRUE(sketch.exact());
    for (const json& pair : column["quantiles"])
      EXPECT_EQ(sketch.quantile(number(pair[0])), number(pair[1]))
          << column["name"] << " " << number(pair[0]);
  }
}

TEST(Figures, DeviationsFromTheMedianAreScipys) {
  for (const json& column : all_figures()["columns"]) {
    if (!column.contains("median_absolute_deviation")) continue;
    const QuantileSketch sketch = halves<QuantileSketch>(values_of(column));
    const double theirs = number(column["median_absolute_deviation"]);
    // The median of an even count is rounded otherwise there.
    const double rounding =
        4 * std::numeric_limits<double>::epsilon() * std::max(std::abs(sketch.median()), theirs);
    EXPECT_NEAR(sketch.median_absolute_deviation(), theirs, rounding) << column["name"];
  }
}

TEST(Figures, RanksAreScipysMeanPercentiles) {
  for (const json& column : all_figures()["columns"]) {
    const QuantileSketch sketch = halves<QuantileSketch>(values_of(column));
    for (const json& pair : column["ranks"])
      EXPECT_NEAR(sketch.rank(number(pair[0])), number(pair[1]), 4e-16) << column["name"];
  }
}

TEST(Figures, ValueCountsAreInPandasOrderWithTiesByTheirBytes) {
  const json& figures = all_figures()["value_counts"];
  ValueCounts counts;
  for (const json& value : figures["values"]) counts.add(value.get<std::string>());
  const auto sorted = counts.sorted();
  ASSERT_EQ(sorted.size(), figures["sorted"].size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    EXPECT_EQ(sorted[i].value, figures["sorted"][i][0].get<std::string>());
    EXPECT_EQ(sorted[i].count, figures["sorted"][i][1].get<int64_t>());
  }
}

TEST(Figures, BandingsAreThoseOfAdaptiveQuadrature) {
  for (const json& figure : all_figures()["bandings"]) {
    const Banding banding = banding_for(figure["threshold"], figure["permutations"]);
    EXPECT_EQ(banding.bands, figure["bands"].get<int>()) << figure.dump();
    EXPECT_EQ(banding.rows, figure["rows"].get<int>()) << figure.dump();
  }
}

}  // namespace
}  // namespace howdah::statistics
