#include "statistics/wide_integer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace howdah::statistics {
namespace {

constexpr uint64_t kAll = UINT64_MAX;

TEST(WideInteger, CalculatesAcrossWords) {
  const WideInteger a = {kAll, kAll};  // 2^128 − 1
  EXPECT_EQ(product(a, a), (WideInteger{1, 0, kAll - 1, kAll}));
  EXPECT_EQ(product(a, 2), (WideInteger{kAll - 1, kAll, 1}));
  EXPECT_EQ(difference({0, 0, 1}, {1}), (WideInteger{kAll, kAll, 0}));
  EXPECT_EQ(bit_length(difference({1}, {2})), 0);
  EXPECT_EQ(quotient({0, 0, 1}, 3), (WideInteger{0x5555555555555555, 0x5555555555555555, 0}));
  EXPECT_EQ(shifted_right({0, 6, 1}, 65), (WideInteger{uint64_t{3} | uint64_t{1} << 63, 0}));
  EXPECT_TRUE(shifted_right({1}, 64).empty());
  EXPECT_EQ(shifted_left_words({7}, 2), (WideInteger{0, 0, 7}));
  EXPECT_EQ(bit_length({5, 1, 0}), 65);
}

TEST(WideInteger, RoundsToNearestEven) {
  EXPECT_EQ(rounded({(uint64_t{1} << 53) + 1}, 0), std::ldexp(1, 53));
  EXPECT_EQ(rounded({(uint64_t{1} << 53) + 3}, 0), std::ldexp(1, 53) + 4);
  EXPECT_EQ(rounded({1, 0, (uint64_t{1} << 53) + 1}, -128), std::ldexp(1, 53) + 2);
  EXPECT_EQ(rounded({kAll}, 0), std::ldexp(1, 64));
  EXPECT_EQ(rounded({}, 7), 0);
}

TEST(WideInteger, RoundsAtTheEndsOfTheDoubles) {
  constexpr double kLeast = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(rounded({1}, -1075), 0);
  EXPECT_EQ(rounded({3}, -1075), 2 * kLeast);
  EXPECT_EQ(rounded({1, 1}, -1139), kLeast);  // just more than half of it
  EXPECT_EQ(rounded({1}, -2000), 0);
  EXPECT_EQ(rounded({1}, 1023), std::ldexp(1, 1023));
  EXPECT_TRUE(std::isinf(rounded({kAll}, 960)));
}

TEST(WideInteger, HasRootsOfWhatIsBeyondTheDoubles) {
  EXPECT_EQ(rounded_root({9}, 2000), std::ldexp(3, 1000));
  EXPECT_EQ(rounded_root({2}, -2001), std::ldexp(1, -1000));
  EXPECT_EQ(rounded_root({0, 1}, -64), 1);
  EXPECT_EQ(rounded_root({}, 0), 0);
}

}  // namespace
}  // namespace howdah::statistics
