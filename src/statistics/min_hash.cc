#include "statistics/min_hash.h"

#include <algorithm>
#include <limits>
#include <string_view>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace howdah::statistics {
namespace {

// SplitMix64 (Steele, Lea and Flood, 2014).
uint64_t next_random(uint64_t& state) {
  uint64_t mixed = state += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
  return mixed ^ mixed >> 31;
}

constexpr size_t kTogether = 32;  // permutations; their minima stay in registers

// Of kTogether permutations: minima[p] = min(minima[p], factors[p] · x + summands[p]) over all x.
using Minima = void (*)(const uint32_t* shingles, size_t count, const uint32_t* factors,
                        const uint32_t* summands, uint32_t* minima);

void minima_plain(const uint32_t* shingles, size_t count, const uint32_t* factors,
                  const uint32_t* summands, uint32_t* minima) {
  uint32_t least[kTogether];
  std::copy_n(minima, kTogether, least);
  for (size_t i = 0; i < count; ++i) {
    for (size_t p = 0; p < kTogether; ++p)
      least[p] = std::min(least[p], factors[p] * shingles[i] + summands[p]);
  }
  std::copy_n(least, kTogether, minima);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void minima_avx2(const uint32_t* shingles, size_t count,
                                                 const uint32_t* factors, const uint32_t* summands,
                                                 uint32_t* minima) {
  constexpr size_t kVectors = kTogether / 8;
  __m256i factor[kVectors], summand[kVectors], least[kVectors];
  __builtin_memcpy(factor, factors, sizeof(factor));
  __builtin_memcpy(summand, summands, sizeof(summand));
  __builtin_memcpy(least, minima, sizeof(least));
  for (size_t i = 0; i < count; ++i) {
    const __m256i shingle = _mm256_set1_epi32(static_cast<int>(shingles[i]));
#pragma GCC unroll 4
    for (size_t v = 0; v < kVectors; ++v) {
      const __m256i place = _mm256_add_epi32(_mm256_mullo_epi32(factor[v], shingle), summand[v]);
      least[v] = _mm256_min_epu32(least[v], place);
    }
  }
  __builtin_memcpy(minima, least, sizeof(least));
}
#endif

Minima fastest_minima() {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2");
  if (avx2) return minima_avx2;
#endif
  return minima_plain;
}

double power(double base, int exponent) {
  double result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base)
    if ((exponent & 1) != 0) result *= base;
  return result;
}

// ∫ of f from `from` to `to`, by Simpson's rule.
template <typename F>
double area(double from, double to, F f) {
  constexpr int kSlices = 256;
  const double width = (to - from) / kSlices;
  double sum = f(from) + f(to);
  for (int i = 1; i < kSlices; ++i) sum += (i % 2 == 1 ? 4 : 2) * f(from + i * width);
  return sum * width / 3;
}

}  // namespace

MinHash::MinHash(int permutations, uint64_t seed) {
  for (int i = 0; i < permutations; ++i) {
    const uint64_t random = next_random(seed);
    factors_.push_back(static_cast<uint32_t>(random) | 1);
    summands_.push_back(static_cast<uint32_t>(random >> 32));
  }
}

Signature MinHash::signature(std::span<const uint64_t> shingles) const {
  const Minima minima_of_some = fastest_minima();
  const size_t permutations = factors_.size();
  Signature signature(permutations, std::numeric_limits<uint32_t>::max());
  constexpr size_t kBlock = 512;
  uint32_t block[kBlock];
  while (!shingles.empty()) {
    const size_t count = std::min(shingles.size(), kBlock);
    for (size_t i = 0; i < count; ++i)
      block[i] = static_cast<uint32_t>(shingles[i] * 0x9e3779b97f4a7c15 >> 32);
    shingles = shingles.subspan(count);
    size_t at = 0;
    for (; at + kTogether <= permutations; at += kTogether)
      minima_of_some(block, count, &factors_[at], &summands_[at], &signature[at]);
    for (; at < permutations; ++at) {
      for (size_t i = 0; i < count; ++i)
        signature[at] = std::min(signature[at], factors_[at] * block[i] + summands_[at]);
    }
  }
  return signature;
}

double similarity(std::span<const uint32_t> a, std::span<const uint32_t> b) {
  const size_t length = std::min(a.size(), b.size());
  if (length == 0) return 0;
  size_t equal = 0;
  for (size_t i = 0; i < length; ++i) equal += a[i] == b[i] ? 1 : 0;
  return static_cast<double>(equal) / static_cast<double>(length);
}

Banding banding_for(double threshold, int permutations) {
  threshold = std::clamp(threshold, 0.0, 1.0);
  Banding best;
  double least = std::numeric_limits<double>::infinity();
  for (int bands = 1; bands <= permutations; ++bands) {
    for (int rows = 1; rows <= permutations / bands; ++rows) {
      const auto missed = [&](double near) { return power(1 - power(near, rows), bands); };
      const double error = area(0, threshold, [&](double near) { return 1 - missed(near); }) +
                           area(threshold, 1, missed);
      if (error < least) {
        least = error;
        best = {bands, rows};
      }
    }
  }
  return best;
}

std::vector<Hash128> band_keys(std::span<const uint32_t> signature, Banding banding) {
  std::vector<Hash128> keys;
  if (banding.rows <= 0) return keys;
  const auto rows = static_cast<size_t>(banding.rows);
  for (int band = 0; band < banding.bands && signature.size() >= rows; ++band) {
    const std::string_view bytes(reinterpret_cast<const char*>(signature.data()),
                                 rows * sizeof(uint32_t));
    keys.push_back(hash128(bytes, static_cast<uint64_t>(band)));
    signature = signature.subspan(rows);
  }
  return keys;
}

}  // namespace howdah::statistics
