#include "statistics/quantile_sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "statistics/ordered_image.h"

namespace howdah::statistics {
namespace {

constexpr double kMax = std::numeric_limits<double>::max();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const std::vector<double> kShares = {0,         0.001, 0.01, 0.1,    0.25, 0.5,
                                     0.6180339, 0.9,   0.99, 0.9999, 1};

QuantileSketch of(std::span<const double> values) {
  QuantileSketch sketch;
  sketch.add(values);
  return sketch;
}

std::string bytes_of(const QuantileSketch& sketch) {
  std::string bytes;
  ByteWriter writer(bytes);
  sketch.write_to(writer);
  return bytes;
}

double uniform(std::mt19937_64& random) {
  return std::ldexp(static_cast<double>(random() >> 11), -53);
}

// 0 few different numbers, 1 uniform, 2 exponential with both signs, 3 far from 0, 4 any double,
// 5 more integers than are kept exactly.
double draw(uint64_t kind, std::mt19937_64& random) {
  switch (kind) {
    case 0:
      return static_cast<double>(random() % 2000) / 8;
    case 1:
      return uniform(random);
    case 2:
      return std::log(uniform(random) + 1e-300) * (random() % 2 == 0 ? 1 : -3);
    case 3:
      return 1e6 + uniform(random);
    case 4:
      return std::bit_cast<double>(random());
    default:
      return static_cast<double>(random() % 90'000) - 20'000;
  }
}

std::vector<double> column(uint64_t kind, size_t length, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> values(length);
  for (double& value : values) value = draw(kind, random);
  return values;
}

double true_quantile(const std::vector<double>& ordered, double share) {
  const double at = static_cast<double>(ordered.size() - 1) * share;
  const auto index = static_cast<size_t>(at);
  if (index + 1 >= ordered.size()) return ordered.back();
  const double t = at - std::floor(at);
  return ordered[index] * (1 - t) + ordered[index + 1] * t;
}

TEST(OrderedImage, KeepsTheOrder) {
  const std::vector<double> ascending = {
      -kInfinity,           -kMax, -1,       -5e-324, -0.0, 0.0, 5e-324, 1e-300, 1,
      std::nextafter(1, 2), kMax,  kInfinity};
  for (size_t i = 0; i < ascending.size(); ++i) {
    EXPECT_EQ(std::bit_cast<uint64_t>(double_of(image_of(ascending[i]))),
              std::bit_cast<uint64_t>(ascending[i]));
    if (i > 0) {
      EXPECT_LT(image_of(ascending[i - 1]), image_of(ascending[i]));
    }
  }
  EXPECT_EQ(image_of(0.0) - image_of(-0.0), 1u);
}

TEST(QuantileSketch, InterpolatesBetweenNumbers) {
  const QuantileSketch sketch = of(std::vector<double>{40, 10, 30, 20});
  EXPECT_EQ(sketch.quantile(0), 10);
  EXPECT_EQ(sketch.quantile(1), 40);
  EXPECT_EQ(sketch.median(), 25);
  EXPECT_EQ(sketch.quantile(0.25), 17.5);
  EXPECT_EQ(sketch.quantile(-1), 10);
  EXPECT_EQ(sketch.quantile(2), 40);
  EXPECT_EQ(sketch.error(0.3), 0);
  EXPECT_EQ(sketch.median_absolute_deviation(), 10);
}

TEST(QuantileSketch, OfNothingHasNone) {
  const double strange[] = {std::nan(""), kInfinity, -kInfinity};
  const QuantileSketch sketch = of(strange);
  EXPECT_EQ(sketch.count(), 0);
  EXPECT_TRUE(sketch.exact());
  EXPECT_TRUE(std::isnan(sketch.quantile(0.5)));
  EXPECT_TRUE(std::isnan(sketch.error(0.5)));
  EXPECT_TRUE(std::isnan(sketch.rank(0)));
  EXPECT_TRUE(std::isnan(sketch.median_absolute_deviation()));
}

TEST(QuantileSketch, RanksWithTiesInTheirMiddle) {
  const QuantileSketch sketch = of(std::vector<double>{1, 2, 2, 2, 5});
  EXPECT_EQ(sketch.rank(0), 0);
  EXPECT_EQ(sketch.rank(1), 0.1);
  EXPECT_EQ(sketch.rank(2), 0.5);
  EXPECT_EQ(sketch.rank(3), 0.8);
  EXPECT_EQ(sketch.rank(5), 0.9);
  EXPECT_EQ(sketch.rank(kInfinity), 1);
  EXPECT_EQ(sketch.rank(-kInfinity), 0);
  EXPECT_TRUE(std::isnan(sketch.rank(std::nan(""))));
}

TEST(QuantileSketch, TakesNegativeZeroForZero) {
  const QuantileSketch sketch = of(std::vector<double>{-0.0, 0.0, 1});
  EXPECT_FALSE(std::signbit(sketch.quantile(0)));
  EXPECT_EQ(sketch.rank(-0.0), sketch.rank(0.0));
  EXPECT_EQ(bytes_of(sketch), bytes_of(of(std::vector<double>{0.0, 1, 0.0})));
}

TEST(QuantileSketch, ReachesTheEndsOfTheDoubles) {
  const QuantileSketch sketch = of(std::vector<double>{-kMax, kMax, -kMax, kMax});
  EXPECT_EQ(sketch.median(), 0);
  EXPECT_EQ(sketch.quantile(1), kMax);
  EXPECT_EQ(of(std::vector<double>{5e-324, 5e-324}).median(), 5e-324);
}

TEST(QuantileSketch, SeesANumberAddedAfterAQuestion) {
  QuantileSketch sketch = of(std::vector<double>{1});
  EXPECT_EQ(sketch.median(), 1);
  const QuantileSketch copy = sketch;
  sketch.add(3);
  EXPECT_EQ(sketch.median(), 2);
  sketch.merge(sketch);
  EXPECT_EQ(sketch.count(), 4);
  EXPECT_EQ(sketch.median(), 2);
  EXPECT_EQ(copy.median(), 1);
}

TEST(QuantileSketch, IsExactUpToItsLimit) {
  std::vector<double> values(QuantileSketch::kExact);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) * 0.1;
  QuantileSketch sketch = of(values);
  sketch.add(values);
  EXPECT_TRUE(sketch.exact());
  EXPECT_EQ(sketch.quantile(1), values.back());
  sketch.add(-7);
  EXPECT_FALSE(sketch.exact());
  EXPECT_EQ(sketch.quantile(0), -7);
  EXPECT_EQ(sketch.quantile(1), values.back());
}

TEST(QuantileSketch, HasTheSameBytesInAnyOrderAndAnyParts) {
  for (uint64_t seed = 0; seed < 18; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<double> values = column(seed % 6, seed < 6 ? 250'000 : random() % 120'000, seed);
    const std::string whole = bytes_of(of(values));
    std::shuffle(values.begin(), values.end(), random);
    std::vector<QuantileSketch> parts;
    for (std::span<const double> rest = values; !rest.empty();) {
      const size_t length = std::min(rest.size(), 1 + random() % 70'000);
      parts.push_back(of(rest.first(length)));
      rest = rest.subspan(length);
    }
    std::shuffle(parts.begin(), parts.end(), random);
    QuantileSketch merged;
    for (const QuantileSketch& part : parts) {
      if (random() % 2 == 0) {
        merged.merge(part);
        continue;
      }
      const std::string bytes = bytes_of(part);
      ByteReader reader(bytes);
      ASSERT_TRUE(merged.merge(reader).is_ok());
      EXPECT_EQ(reader.left(), 0u);
    }
    EXPECT_TRUE(bytes_of(merged) == whole) << seed;
    const QuantileSketch again = of(values);
    EXPECT_EQ(merged.exact(), again.exact());
    for (const double share : kShares)
      EXPECT_EQ(merged.quantile(share), again.quantile(share)) << seed;
  }
}

TEST(QuantileSketch, HoldsTheTrueQuantileWithinItsError) {
  for (uint64_t kind = 0; kind < 6; ++kind) {
    std::vector<double> values = column(kind, 300'000, 99 + kind);
    const QuantileSketch sketch = of(values);
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    std::sort(values.begin(), values.end());
    EXPECT_EQ(sketch.count(), static_cast<int64_t>(values.size()));
    EXPECT_EQ(sketch.exact(), kind == 0);
    for (const double share : kShares) {
      const double truth = true_quantile(values, share);
      const double found = sketch.quantile(share);
      const double rounding = std::abs(truth) * 1e-15;
      EXPECT_LE(std::abs(found - truth), sketch.error(share) + rounding) << kind << " " << share;
      if (kind == 1 || kind == 3) {
        EXPECT_LT(sketch.error(share), 2e-3 * std::abs(found) + 1e-9);
      }
      EXPECT_LE(sketch.error(share), std::abs(found) / 15 + 1e-308) << kind << " " << share;
    }
    EXPECT_EQ(sketch.quantile(0), values.front());
    EXPECT_EQ(sketch.quantile(1), values.back());
  }
}

TEST(QuantileSketch, RanksWithinABin) {
  std::vector<double> values = column(1, 200'000, 5);
  const QuantileSketch sketch = of(values);
  ASSERT_FALSE(sketch.exact());
  std::sort(values.begin(), values.end());
  double before = 0;
  for (double x = -0.1; x < 1.1; x += 0.003) {
    const auto below = std::lower_bound(values.begin(), values.end(), x) - values.begin();
    const double rank = sketch.rank(x);
    EXPECT_NEAR(rank, static_cast<double>(below) / 200'000, 2e-4);
    EXPECT_GE(rank, before);
    before = rank;
  }
  EXPECT_NEAR(sketch.median_absolute_deviation(), 0.25, 0.002);
}

TEST(QuantileSketch, RefusesCorruptBytesAndStaysAsItWas) {
  std::mt19937_64 random(1);
  QuantileSketch sketch = of(std::vector<double>{-3, 1, 1, 2.5, 1e300});
  const std::string bytes = bytes_of(sketch);
  for (size_t length = 0; length < bytes.size(); ++length) {
    ByteReader cut(std::string_view(bytes).substr(0, length));
    EXPECT_EQ(sketch.merge(cut).code(), Code::kCorrupt);
  }
  const std::string too_many("\x00\x81\x80\x04", 4);  // 65 537 bins
  ByteReader reader(too_many);
  EXPECT_EQ(sketch.merge(reader).code(), Code::kCorrupt);
  const std::string too_coarse("\x31\x01", 2);
  ByteReader coarse(too_coarse);
  EXPECT_EQ(sketch.merge(coarse).code(), Code::kCorrupt);
  EXPECT_EQ(bytes_of(sketch), bytes);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = bytes;
    for (uint64_t times = random() % 3; times <= 2; ++times)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    ByteReader any(damaged);
    QuantileSketch other = sketch;
    if (!other.merge(any).is_ok()) continue;
    EXPECT_GE(other.count(), sketch.count());
    EXPECT_TRUE(std::isfinite(other.quantile(0.3)));
    EXPECT_LE(other.quantile(0), other.quantile(1));
  }
}

}  // namespace
}  // namespace howdah::statistics
