// Nearness of sets: signatures whose equal places estimate the Jaccard similarity (MinHash, Broder
// 1997), and bands of them that near sets probably share (locality-sensitive hashing).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/hash128.h"

namespace howdah::statistics {

using Signature = std::vector<uint32_t>;

class MinHash {
 public:
  MinHash(int permutations, uint64_t seed);
  // Of a set of hashed shingles; the empty set's places are all UINT32_MAX.
  Signature signature(std::span<const uint64_t> shingles) const;

 private:
  int permutations_;
  uint64_t seed_;
};

// The share of equal places, in [0, 1]. Both of the same length.
double similarity(std::span<const uint32_t> a, std::span<const uint32_t> b);

struct Banding {
  int bands = 1, rows = 1;  // bands · rows <= permutations
};
// The bands whose S-curve errs least around the threshold (the sum of the areas of false positives
// and false negatives).
Banding banding_for(double threshold, int permutations);
// One key a band; equal bands of two signatures have equal keys, different bands' keys differ.
std::vector<Hash128> band_keys(std::span<const uint32_t> signature, Banding banding);

}  // namespace howdah::statistics
