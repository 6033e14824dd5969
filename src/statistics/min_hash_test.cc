#include "statistics/min_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

namespace howdah::statistics {
namespace {

TEST(MinHash, EstimatesTheSimilarityOfSets) {
  constexpr int kPermutations = 128;
  constexpr int kPairs = 300;
  std::mt19937_64 random(1);
  for (const double truth : {0.1, 0.5, 0.8, 1.0}) {
    for (const size_t size : {20u, 1000u}) {
      double sum = 0, squares = 0;
      for (int pair = 0; pair < kPairs; ++pair) {
        const MinHash hash(kPermutations, random());
        std::vector<uint64_t> a, b;
        const auto common = static_cast<size_t>(truth * static_cast<double>(size));
        for (size_t i = 0; i < size; ++i) {
          const uint64_t shingle = random();
          if (i < common || i % 2 == 0) a.push_back(shingle);
          if (i < common || i % 2 == 1) b.push_back(shingle);
        }
        const double found = similarity(hash.signature(a), hash.signature(b));
        sum += found;
        squares += found * found;
      }
      const double mean = sum / kPairs;
      const double spread = std::sqrt(std::max(0.0, squares / kPairs - mean * mean));
      const double expected = std::sqrt(truth * (1 - truth) / kPermutations);
      EXPECT_NEAR(mean, truth, 4 * expected / std::sqrt(kPairs) + 1e-12) << truth << " " << size;
      EXPECT_NEAR(spread, expected, 0.25 * expected + 1e-6) << truth << " " << size;
    }
  }
}

TEST(MinHash, IsOfTheSetAlone) {
  const MinHash hash(70, 5);
  std::vector<uint64_t> shingles;
  for (uint64_t i = 0; i < 2000; ++i) shingles.push_back(hash64(std::to_string(i)));
  const Signature signature = hash.signature(shingles);
  EXPECT_EQ(signature.size(), 70u);
  std::reverse(shingles.begin(), shingles.end());
  shingles.insert(shingles.end(), shingles.begin(), shingles.begin() + 500);
  EXPECT_EQ(hash.signature(shingles), signature);
  EXPECT_EQ(MinHash(70, 5).signature(shingles), signature);
  EXPECT_NE(MinHash(70, 6).signature(shingles), signature);
  const Signature shorter = MinHash(33, 5).signature(shingles);
  EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), signature.begin()));
}

TEST(MinHash, OfTheEmptySetIsFull) {
  EXPECT_EQ(MinHash(3, 1).signature({}), Signature(3, UINT32_MAX));
  EXPECT_TRUE(MinHash(0, 1).signature({}).empty());
  EXPECT_EQ(similarity({}, {}), 0);
}

TEST(Banding, ErrsLeastAroundTheThreshold) {
  for (const double threshold : {0.3, 0.5, 0.7, 0.8, 0.9}) {
    for (const int permutations : {16, 64, 128}) {
      const Banding banding = banding_for(threshold, permutations);
      EXPECT_LE(banding.bands * banding.rows, permutations);
      const auto shares = [&](double near) {
        return 1 - std::pow(1 - std::pow(near, banding.rows), banding.bands);
      };
      EXPECT_LT(shares(threshold - 0.25), 0.5) << threshold << " " << permutations;
      EXPECT_GT(shares(std::min(1.0, threshold + 0.25)), 0.5) << threshold << " " << permutations;
    }
  }
}

TEST(Banding, GivesEqualBandsEqualKeys) {
  const std::vector<uint32_t> a = {1, 2, 1, 2, 5, 6, 7};
  const std::vector<uint32_t> b = {1, 2, 1, 3, 5, 6, 8};
  const auto first = band_keys(a, {3, 2}), second = band_keys(b, {3, 2});
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0], second[0]);
  EXPECT_NE(first[1], second[1]);
  EXPECT_EQ(first[2], second[2]);
  EXPECT_NE(first[0], first[1]);
  EXPECT_EQ(band_keys(a, {9, 2}).size(), 3u);
  EXPECT_TRUE(band_keys(a, {1, 0}).empty());
}

}  // namespace
}  // namespace howdah::statistics
