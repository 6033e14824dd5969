// Nearness of sets: signatures whose equal places estimate the Jaccard similarity (MinHash, Broder
// 1997), and bands of them that near sets probably share (locality-sensitive hashing).
//
// The permutations are a·x + b mod 2^32 with odd a: one-to-one, and eight at a time in a processor.
// Their x is 32 bits of the shingle's hash, so that two shingles in 2^32 pass for one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/hash128.h"

namespace howdah::statistics {

using Signature = std::vector<uint32_t>;

// Immutable, hence thread-safe.
class MinHash {
 public:
  // The same seed, the same permutations, in every process; of n + 1 of them the first n are those
  // of n.
  MinHash(int permutations, uint64_t seed);
  // Of a set of hashed shingles; the empty set's places are all UINT32_MAX. Neither order nor
  // repetition of the shingles matters.
  Signature signature(std::span<const uint64_t> shingles) const;

 private:
  std::vector<uint32_t> factors_, summands_;
};

// The share of equal places, in [0, 1]. Both of the same length. Its standard error is
// √(s·(1 − s) / length), with s the similarity; 0 for empty signatures.
double similarity(std::span<const uint32_t> a, std::span<const uint32_t> b);

struct Banding {
  int bands = 1, rows = 1;  // bands · rows <= permutations
};
// The bands whose S-curve errs least around the threshold (the sum of the areas of false positives
// and false negatives).
Banding banding_for(double threshold, int permutations);
// One key a band; equal bands of two signatures have equal keys, different bands' keys differ.
// Bands that the signature is too short for have none.
std::vector<Hash128> band_keys(std::span<const uint32_t> signature, Banding banding);

}  // namespace howdah::statistics
