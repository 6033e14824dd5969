#include "statistics/block_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "statistics/exact_sum.h"

namespace howdah::statistics {
namespace {

std::string bytes_of(const ExactSum& sum) {
  std::string bytes;
  ByteWriter writer(bytes);
  sum.write_to(writer);
  return bytes;
}

std::vector<BlockKernel> kernels() {
  std::vector<BlockKernel> found = {plain_block_kernel()};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    found.push_back(avx2_block_kernel());
#endif
  return found;
}

// Whether the kernel took the block; if so, its parts are the exact sums.
bool took_exactly(const BlockKernel& kernel, const std::vector<double>& values) {
  const BlockRange range = kernel.range(values.data(), values.size());
  EXPECT_TRUE(range.finite);
  BlockSums parts;
  if (!kernel.sums(values.data(), values.size(), range, parts)) return false;
  ExactSum sum, squares, sum_parts, square_parts;
  for (const double value : values) {
    sum.add(value);
    squares.add_product(value, value);
  }
  for (size_t i = 0; i < parts.sums; ++i) sum_parts.add(parts.sum_parts[i]);
  for (size_t i = 0; i < parts.squares; ++i) square_parts.add(parts.square_parts[i]);
  EXPECT_EQ(bytes_of(sum_parts), bytes_of(sum));
  EXPECT_EQ(bytes_of(square_parts), bytes_of(squares));
  return true;
}

// All bits of the mantissa in use, the exponents from `top − binades` to `top`.
std::vector<double> spanning(int top, int binades, std::mt19937_64& random, bool one_sign) {
  std::vector<double> values(kBlockValues);
  for (double& value : values) {
    const uint64_t mantissa = random() >> 12 | 1;
    const int exponent = top - static_cast<int>(random() % static_cast<uint64_t>(binades + 1));
    value = std::ldexp(1 + std::ldexp(static_cast<double>(mantissa), -52), exponent);
    if (!one_sign && random() % 2 == 0) value = -value;
  }
  values[0] = std::ldexp(2 - std::ldexp(1, -52), top);
  values[1] = std::ldexp(1 + std::ldexp(1, -52), top - binades);
  return values;
}

TEST(BlockSums, AreExactWhateverTheExponentsSpan) {
  std::mt19937_64 random(1);
  for (const BlockKernel& kernel : kernels()) {
    for (int binades = 0; binades <= 80; ++binades) {
      for (const int top : {-421, -420, 0, 30, 498, 499, 500, 1000, -1000}) {
        for (const bool one_sign : {true, false})
          EXPECT_EQ(took_exactly(kernel, spanning(top, binades, random, one_sign)),
                    binades <= 55 && top >= -421 && top <= 499)
              << binades << " " << top;
      }
    }
  }
}

TEST(BlockSums, AreExactWhereEveryAccumulatorIsFullest) {
  for (const BlockKernel& kernel : kernels()) {
    for (const double value :
         {std::nextafter(2.0, 0.0), 1.0, std::nextafter(1.0, 2.0), -1.5, 0.1}) {
      EXPECT_TRUE(took_exactly(kernel, std::vector<double>(kBlockValues, value)));
      std::vector<double> wide(kBlockValues, value);
      for (const int exponent : {-12, -33, -55}) {
        wide[5] = std::ldexp(value, exponent);
        EXPECT_TRUE(took_exactly(kernel, wide)) << value << " " << exponent;
      }
    }
  }
}

TEST(BlockSums, LeaveZerosOutOfTheSpan) {
  std::mt19937_64 random(3);
  for (const BlockKernel& kernel : kernels()) {
    std::vector<double> values = spanning(3, 5, random, false);
    values[7] = 0;
    values[8] = -0.0;
    EXPECT_TRUE(took_exactly(kernel, values));
    EXPECT_TRUE(took_exactly(kernel, std::vector<double>(16, 0.0)));
  }
}

TEST(BlockSums, SeeTheRange) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::mt19937_64 random(4);
  for (const BlockKernel& kernel : kernels()) {
    for (size_t place = 0; place < 48; ++place) {
      std::vector<double> values(48, 1.0);
      values[place] = -3;
      EXPECT_EQ(kernel.range(values.data(), 48).minimum, -3);
      values[place] = 3;
      EXPECT_EQ(kernel.range(values.data(), 48).maximum, 3);
      values[place] = -0.25;
      EXPECT_EQ(kernel.range(values.data(), 48).smallest_not_zero, 0.25);
      EXPECT_TRUE(kernel.range(values.data(), 48).finite);
      for (const double strange : {kInfinity, -kInfinity, std::nan(""), -std::nan("")}) {
        values[place] = strange;
        EXPECT_FALSE(kernel.range(values.data(), 48).finite);
      }
    }
  }
}

}  // namespace
}  // namespace howdah::statistics
