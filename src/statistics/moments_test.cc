#include "statistics/moments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace howdah::statistics {
namespace {

constexpr double kMax = std::numeric_limits<double>::max();
constexpr double kLeast = std::numeric_limits<double>::denorm_min();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Moments of(const std::vector<double>& values) {
  Moments moments;
  moments.add(values);
  return moments;
}

std::string bytes_of(const Moments& moments) {
  std::string bytes;
  ByteWriter writer(bytes);
  moments.write_to(writer);
  return bytes;
}

// Columns as they come: small integers, measures, a few wild or missing ones.
std::vector<double> column(std::mt19937_64& random) {
  std::vector<double> values(random() % 5000);
  const uint64_t kind = random() % 5;
  for (double& value : values) {
    const double uniform = std::ldexp(static_cast<double>(random() >> 11), -53) - 0.5;
    if (kind == 0) value = static_cast<double>(random() % 1000);
    if (kind == 1) value = uniform;
    if (kind == 2) value = 1e9 + uniform;
    if (kind == 3) value = std::exp(80 * uniform);
    if (kind == 4) value = std::bit_cast<double>(random());
    if (random() % 500 == 0) value = std::nan("");
    if (random() % 500 == 0) value = -kInfinity;
    if (random() % 500 == 0) value = -0.0;
  }
  return values;
}

TEST(Moments, AreThoseOfTheNumbers) {
  const Moments moments = of({4, -2, 7, 3});
  EXPECT_EQ(moments.count(), 4);
  EXPECT_EQ(moments.sum(), 12);
  EXPECT_EQ(moments.mean(), 3);
  EXPECT_EQ(moments.variance(), 10.5);
  EXPECT_EQ(moments.sample_variance(), 14);
  EXPECT_EQ(moments.standard_deviation(), std::sqrt(10.5));
  EXPECT_EQ(moments.minimum(), -2);
  EXPECT_EQ(moments.maximum(), 7);
}

TEST(Moments, OfNothingAreZero) {
  const Moments moments = of({std::nan(""), kInfinity, -kInfinity});
  EXPECT_EQ(moments.count(), 0);
  EXPECT_EQ(moments.nans(), 1);
  EXPECT_EQ(moments.infinities(), 2);
  for (const double figure : {moments.sum(), moments.mean(), moments.variance(), moments.minimum(),
                              moments.sample_variance(), moments.maximum()})
    EXPECT_EQ(figure, 0);
  EXPECT_EQ(of({5}).sample_variance(), 0);
  EXPECT_EQ(of({5}).variance(), 0);
}

TEST(Moments, CountWhatIsNotFiniteApartAlsoAmongMany) {
  std::vector<double> values(3000, 2.0);
  for (size_t i = 0; i < values.size(); i += 7) values[i] = std::nan("");
  for (size_t i = 1; i < values.size(); i += 100) values[i] = -kInfinity;
  const Moments moments = of(values);
  EXPECT_EQ(moments.nans() + moments.infinities() + moments.count(), 3000);
  EXPECT_EQ(moments.nans(), std::count_if(values.begin(), values.end(),
                                          [](double value) { return std::isnan(value); }));
  EXPECT_EQ(moments.mean(), 2);
  EXPECT_EQ(moments.variance(), 0);
  EXPECT_EQ(moments.minimum(), 2);
}

TEST(Moments, DoNotCancel) {
  std::vector<double> values;
  for (int i = 0; i < 3000; ++i) values.push_back(1e9 + (i % 2 == 0 ? 0.125 : -0.125));
  EXPECT_EQ(of(values).variance(), 0.015625);
  EXPECT_EQ(of(values).mean(), 1e9);
  for (double& value : values) value = 0.1;
  EXPECT_EQ(of(values).variance(), 0);
  EXPECT_EQ(of(values).mean(), 0.1);
}

TEST(Moments, ReachTheEndsOfTheDoubles) {
  const Moments large = of({kMax, kMax, kMax, kMax});
  EXPECT_EQ(large.sum(), kInfinity);
  EXPECT_EQ(large.mean(), kMax);
  EXPECT_EQ(large.variance(), 0);
  const Moments wide = of({1e308, -1e308});
  EXPECT_EQ(wide.sum(), 0);
  EXPECT_EQ(wide.variance(), kInfinity);
  EXPECT_EQ(wide.standard_deviation(), 1e308);
  const Moments small = of({kLeast, 3 * kLeast});
  EXPECT_EQ(small.mean(), 2 * kLeast);
  EXPECT_EQ(small.variance(), 0);
  EXPECT_EQ(small.standard_deviation(), kLeast);
}

TEST(Moments, TellNotWhichZeroCameFirst) {
  EXPECT_FALSE(std::signbit(of({-0.0}).minimum()));
  EXPECT_EQ(bytes_of(of({-0.0, 0.0})), bytes_of(of({0.0, -0.0})));
}

TEST(Moments, HaveTheSameBytesInAnyOrderAndAnyParts) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<double> values = column(random);
    Moments one_by_one;
    for (const double value : values) one_by_one.add(value);
    EXPECT_EQ(bytes_of(of(values)), bytes_of(one_by_one)) << seed;
    std::shuffle(values.begin(), values.end(), random);
    Moments merged;
    std::string bytes;
    for (std::span<const double> rest = values; !rest.empty();) {
      Moments part;
      const size_t length = 1 + random() % rest.size();
      part.add(rest.first(length));
      rest = rest.subspan(length);
      if (random() % 2 == 0) {
        merged.merge(part);
      } else {
        bytes = bytes_of(part);
        ByteReader reader(bytes);
        ASSERT_TRUE(merged.merge(reader).is_ok());
        EXPECT_EQ(reader.left(), 0u);
      }
    }
    EXPECT_EQ(bytes_of(merged), bytes_of(one_by_one)) << seed;
    EXPECT_EQ(std::bit_cast<uint64_t>(merged.variance()),
              std::bit_cast<uint64_t>(one_by_one.variance()));
  }
}

TEST(Moments, RefuseCorruptBytesAndStayAsTheyWere) {
  std::mt19937_64 random(5);
  Moments moments = of({1, 2, 3.5, std::nan("")});
  const std::string bytes = bytes_of(moments);
  for (size_t length = 0; length < bytes.size(); ++length) {
    ByteReader cut(std::string_view(bytes).substr(0, length));
    EXPECT_EQ(moments.merge(cut).code(), Code::kCorrupt);
  }
  std::string negative = bytes;
  negative[7] = '\x80';
  ByteReader reader(negative);
  EXPECT_EQ(moments.merge(reader).code(), Code::kCorrupt);
  EXPECT_EQ(bytes_of(moments), bytes);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    ByteReader any(damaged);
    Moments other;
    if (other.merge(any).is_ok()) {
      EXPECT_GE(other.variance(), 0);
      EXPECT_FALSE(std::isnan(other.mean()));
    }
  }
}

}  // namespace
}  // namespace howdah::statistics
