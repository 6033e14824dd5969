#include "statistics/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace howdah::statistics {
namespace {

constexpr double kMax = std::numeric_limits<double>::max();
constexpr double kLeast = std::numeric_limits<double>::denorm_min();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double sum_of(std::initializer_list<double> values) {
  ExactSum sum;
  for (const double value : values) sum.add(value);
  return sum.value();
}

std::string bytes_of(const ExactSum& sum) {
  std::string bytes;
  ByteWriter writer(bytes);
  sum.write_to(writer);
  return bytes;
}

// Of any exponent and sign.
double any_finite(std::mt19937_64& random) {
  while (true) {
    const auto value = std::bit_cast<double>(random());
    if (std::isfinite(value)) return value;
  }
}

TEST(ExactSum, KeepsWhatRoundingLoses) {
  EXPECT_EQ(sum_of({1e100, 1, -1e100}), 1);
  EXPECT_EQ(sum_of({1, kLeast, -1}), kLeast);
  EXPECT_EQ(sum_of({kMax, kLeast, -kMax}), kLeast);
  EXPECT_EQ(sum_of({0.1, 0.2, -0.3}), std::ldexp(1, -55));
}

TEST(ExactSum, RoundsOnceToNearestEven) {
  EXPECT_EQ(sum_of({1, std::ldexp(1, -53)}), 1);
  EXPECT_EQ(sum_of({1, std::ldexp(1, -53), kLeast}), 1 + std::ldexp(1, -52));
  EXPECT_EQ(sum_of({1 + std::ldexp(1, -52), std::ldexp(1, -53)}), 1 + std::ldexp(1, -51));
  EXPECT_EQ(sum_of({-1, -std::ldexp(1, -53), -kLeast}), -1 - std::ldexp(1, -52));
}

TEST(ExactSum, IsInfiniteOnlyBeyondTheDoubles) {
  EXPECT_EQ(sum_of({kMax, kMax}), kInfinity);
  EXPECT_EQ(sum_of({-kMax, -kMax}), -kInfinity);
  EXPECT_EQ(sum_of({kMax, kMax, -kMax}), kMax);
  EXPECT_EQ(sum_of({kMax, std::ldexp(1, 969)}), kMax);
  EXPECT_EQ(sum_of({kMax, std::ldexp(1, 970)}), kInfinity);
}

TEST(ExactSum, OfNothingAndOfNegativeZerosIsZero) {
  EXPECT_FALSE(std::signbit(ExactSum().value()));
  EXPECT_FALSE(std::signbit(sum_of({-0.0, -0.0})));
  EXPECT_EQ(bytes_of(ExactSum()).size(), 3u);
}

TEST(ExactSum, TakesProductsWholly) {
  ExactSum sum;
  sum.add_product(kLeast, kLeast);
  EXPECT_EQ(sum.value(), 0);
  sum.add_product(kMax, kMax);
  EXPECT_EQ(sum.value(), kInfinity);
  sum.add_product(-kMax, kMax);
  for (int i = 0; i < 4; ++i) sum.add_product(std::ldexp(1, -537), std::ldexp(1, -538));
  EXPECT_EQ(sum.value(), 2 * kLeast);
  const double x = 1 + std::ldexp(1, -52);
  ExactSum square;
  square.add_product(x, -x);
  square.add(1);
  square.add(std::ldexp(1, -51));
  EXPECT_EQ(square.value(), -std::ldexp(1, -104));
}

TEST(ExactSum, HasTheSameBytesInAnyOrderAndAnyParts) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<double> values(500);
    for (double& value : values) value = any_finite(random);
    ExactSum whole;
    for (const double value : values) whole.add(value);
    std::shuffle(values.begin(), values.end(), random);
    std::vector<ExactSum> parts(1 + random() % 7);
    for (const double value : values) parts[random() % parts.size()].add(value);
    ExactSum merged;
    for (const ExactSum& part : parts) merged.add(part);
    EXPECT_EQ(bytes_of(merged), bytes_of(whole));
    EXPECT_EQ(merged.value(), whole.value());
    for (const double value : values) merged.add(-value);
    EXPECT_EQ(bytes_of(merged), bytes_of(ExactSum()));
  }
}

TEST(ExactSum, ReadsBackWhatItWrote) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100; ++i) {
    ExactSum sum, back;
    for (int j = 0; j < i; ++j) sum.add_product(any_finite(random), any_finite(random));
    const std::string bytes = bytes_of(sum);
    ByteReader reader(bytes);
    ASSERT_TRUE(back.merge(reader).is_ok());
    EXPECT_EQ(bytes_of(back), bytes);
    for (size_t length = 0; length < bytes.size(); ++length) {
      ByteReader cut(std::string_view(bytes).substr(0, length));
      EXPECT_EQ(back.merge(cut).code(), Code::kCorrupt);
    }
    EXPECT_EQ(bytes_of(back), bytes);
  }
}

TEST(ExactSum, RefusesBytesBeyondItsRange) {
  for (const std::string& header :
       {std::string("\x02\x00\x00", 3), std::string("\x00\x43\x01", 3),
        std::string("\x00\x00\xff", 3), std::string("\x01\x00\x00", 3)}) {
    const std::string bytes = header + std::string(4096, '\x01');
    ByteReader reader(bytes);
    EXPECT_EQ(ExactSum().merge(reader).code(), Code::kCorrupt);
  }
}

}  // namespace
}  // namespace howdah::statistics
