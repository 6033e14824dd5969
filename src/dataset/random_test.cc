#include "dataset/random.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace howdah::dataset {
namespace {

TEST(SplitMix64, agrees_with_the_published_sequence) {
  SplitMix64 random(1234567);
  const std::array<uint64_t, 5> published = {6457827717110365317ULL, 3203168211198807973ULL,
                                             9817491932198370423ULL, 4593380528125082431ULL,
                                             16408922859458223821ULL};
  for (const uint64_t number : published) EXPECT_EQ(random.next(), number);
}

TEST(SplitMix64, stays_below_the_bound_and_reaches_every_number) {
  SplitMix64 random(7);
  std::vector<int> seen(5);
  for (int i = 0; i < 5000; ++i) ++seen[random.below(5)];
  for (const int count : seen) EXPECT_NEAR(count, 1000, 150);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(SplitMix64, shuffles_into_the_same_order_everywhere) {
  std::vector<int> items = {0, 1, 2, 3, 4, 5, 6, 7};
  SplitMix64(42).shuffle(std::span(items));
  EXPECT_EQ(items, (std::vector<int>{4, 3, 2, 0, 7, 6, 1, 5}));
}

TEST(HashOf, depends_on_each_part_and_on_their_order) {
  EXPECT_NE(hash_of(1, 2, 3), hash_of(1, 3, 2));
  EXPECT_NE(hash_of(1, 2), hash_of(2, 1));
  EXPECT_NE(hash_of(1, 2), hash_of(1, 2, 0));
  static_assert(hash_of(0) != 0);
}

}  // namespace
}  // namespace howdah::dataset
