// The body of the kernels of block_sums.h, compiled once for each kind of processor. Everything has
// internal linkage, so that no code for one processor is linked in place of another's.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "statistics/block_sums.h"

#ifdef __FMA__
#include <immintrin.h>
#endif

namespace howdah::statistics {
namespace {

// As wide as the processor's registers: wider ones are compared lane by lane.
#ifdef __AVX__
constexpr size_t kLanes = 4;
#else
constexpr size_t kLanes = 2;
#endif
typedef double Lanes __attribute__((vector_size(kLanes * sizeof(double))));
typedef int64_t LaneBits __attribute__((vector_size(kLanes * sizeof(int64_t))));

// How many vectors are added to at a time, so that an accumulator's lane takes 2^6 values of a sum,
// and 2^7 of a sum of squares.
constexpr size_t kSumWide = 16 / kLanes, kSquareWide = 8 / kLanes;
static_assert(kBlockValues == 1024 && kBlockStep % (kSumWide * kLanes) == 0);

#define HOWDAH_INLINE __attribute__((always_inline)) static inline

HOWDAH_INLINE void load(const double* from, Lanes& into) {
  __builtin_memcpy(&into, from, sizeof(into));
}

constexpr double power_of_two(int64_t exponent) {  // −1022 to 1023
  return std::bit_cast<double>((exponent + 1023) << 52);
}

// A double's exponent field; 1 for denormal numbers, whose last place is the same.
HOWDAH_INLINE int64_t biased_exponent(double magnitude) {
  const int64_t biased = std::bit_cast<int64_t>(magnitude) >> 52;
  return biased == 0 ? 1 : biased;
}

BlockRange range_of(const double* values, size_t count) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Lanes infinity = Lanes{} + kInfinity;
  constexpr int64_t kMagnitude = std::numeric_limits<int64_t>::max();
  const LaneBits magnitude_bits = LaneBits{} + kMagnitude;
  const Lanes zero = {};
  Lanes least[2] = {infinity, infinity}, most[2] = {-infinity, -infinity};
  Lanes smallest[2] = {infinity, infinity};
  LaneBits strange[2] = {};
  for (size_t i = 0; i < count; i += 2 * kLanes) {
    for (size_t u = 0; u < 2; ++u) {
      Lanes x;
      load(values + i + u * kLanes, x);
      least[u] = x < least[u] ? x : least[u];
      most[u] = x > most[u] ? x : most[u];
      const Lanes magnitude =
          reinterpret_cast<Lanes>(reinterpret_cast<LaneBits>(x) & magnitude_bits);
      const Lanes not_zero = magnitude == zero ? infinity : magnitude;
      smallest[u] = not_zero < smallest[u] ? not_zero : smallest[u];
      strange[u] |= ~(magnitude < infinity);
    }
  }
  BlockRange range = {kInfinity, -kInfinity, kInfinity, true};
  for (size_t u = 0; u < 2; ++u) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      if (least[u][lane] < range.minimum) range.minimum = least[u][lane];
      if (most[u][lane] > range.maximum) range.maximum = most[u][lane];
      if (smallest[u][lane] < range.smallest_not_zero) range.smallest_not_zero = smallest[u][lane];
      if (strange[u][lane] != 0) range.finite = false;
    }
  }
  return range;
}

// Accumulators of `kLevels` levels for kWide vectors of lanes. Each lane of a level takes at most
// 2 · 2^kLog2Adds summands that are at most 2^top for the first level, or a rest of the level
// before, so that it stays within a binade around its anchor 1.5·2^k with k = top + kLog2Adds + 2.
template <int kLevels, size_t kWide, int kLog2Adds>
class Extraction {
 public:
  static constexpr int kStep = 51 - kLog2Adds;  // bits from level to level

  __attribute__((always_inline)) explicit Extraction(int64_t top) {
    for (int level = 0; level < kLevels; ++level) {
      anchor_[level] = 1.5 * power_of_two(top + kLog2Adds + 2 - level * kStep);
      for (size_t u = 0; u < kWide; ++u)
        for (size_t lane = 0; lane < kLanes; ++lane) at_[level][u][lane] = anchor_[level];
    }
  }

  // Adds x to the levels [kFrom, kTo), which together must take all its bits.
  template <int kFrom, int kTo>
  __attribute__((always_inline)) void add(size_t u, const Lanes& value) {
    Lanes x = value;
    for (int level = kFrom; level < kTo; ++level) {
      const Lanes next = at_[level][u] + x;
      x -= next - at_[level][u];
      at_[level][u] = next;
    }
  }

  // Two parts a level: together no more bits than a double has.
  __attribute__((always_inline)) size_t parts(double* into) const {
    size_t count = 0;
    for (int level = 0; level < kLevels; ++level) {
      Lanes total = {};
      for (size_t u = 0; u < kWide; ++u)
        for (size_t lane = 0; lane < kLanes; ++lane)
          total[lane] += at_[level][u][lane] - anchor_[level];
      into[count++] = kLanes == 2 ? total[0] : total[0] + total[1];
      into[count++] = kLanes == 2 ? total[1] : total[2 % kLanes] + total[3 % kLanes];
    }
    return count;
  }

 private:
  Lanes at_[kLevels][kWide];
  double anchor_[kLevels];
};

template <int kLevels>
size_t sum_block(const double* values, size_t count, int64_t top, double* parts) {
  Extraction<kLevels, kSumWide, 6> sums(top);
  for (size_t i = 0; i < count; i += kSumWide * kLanes) {
    for (size_t u = 0; u < kSumWide; ++u) {
      Lanes x;
      load(values + i + u * kLanes, x);
      sums.template add<0, kLevels>(u, x);
    }
  }
  return sums.parts(parts);
}

// x·x = square + what is returned, exactly.
HOWDAH_INLINE void rounding_of_square(const Lanes& x, const Lanes& square, Lanes& error) {
#ifdef __FMA__
  error = _mm256_fmsub_pd(x, x, square);
#else
  // Dekker's product: halves of 26 bits have exact products.
  const Lanes scaled = x * 134217729.0;
  const Lanes high = scaled - (scaled - x);
  const Lanes low = x - high;
  error = ((high * high - square) + 2.0 * (high * low)) + low * low;
#endif
}

// The squares' rounded values go to the first kRounded levels, their errors from the second on.
template <int kRounded, int kLevels>
size_t square_block(const double* values, size_t count, int64_t top, double* parts) {
  Extraction<kLevels, kSquareWide, 7> sums(2 * top);
  for (size_t i = 0; i < count; i += kSquareWide * kLanes) {
    for (size_t u = 0; u < kSquareWide; ++u) {
      Lanes x, error;
      load(values + i + u * kLanes, x);
      const Lanes square = x * x;
      rounding_of_square(x, square, error);
      sums.template add<0, kRounded>(u, square);
      sums.template add<1, kLevels>(u, error);
    }
  }
  return sums.parts(parts);
}

// With |x| <= 2^top and r the number of binades between the largest and the smallest |x|, the last
// place of x is at least 2^(top − 53 − r); of the rounded squares 2^(2·top − 54 − 2r), and of their
// errors 2^(2·top − 106 − 2r). A level j = 1, 2... ends at 2^(top + 1 − kStep·j).
bool sums_of(const double* values, size_t count, const BlockRange& range, BlockSums& into) {
  into.sums = into.squares = 0;
  const double magnitude = -range.minimum > range.maximum ? -range.minimum : range.maximum;
  if (magnitude == 0) return true;
  const int64_t biased = biased_exponent(magnitude);
  const int64_t top = biased - 1022;
  if (top > 500 || top < -420) return false;
  const int64_t binades = biased - biased_exponent(range.smallest_not_zero);
  if (binades <= 12) {
    into.sums = sum_block<2>(values, count, top, into.sum_parts);
    into.squares = square_block<2, 3>(values, count, top, into.square_parts);
  } else if (binades <= 33) {
    into.sums = sum_block<2>(values, count, top, into.sum_parts);
    into.squares = square_block<3, 4>(values, count, top, into.square_parts);
  } else if (binades <= 55) {
    into.sums = sum_block<3>(values, count, top, into.sum_parts);
    into.squares = square_block<4, 5>(values, count, top, into.square_parts);
  } else {
    return false;
  }
  return true;
}

}  // namespace
}  // namespace howdah::statistics
