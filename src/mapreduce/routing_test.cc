#include "mapreduce/routing.h"

#include <gtest/gtest.h>

namespace howdah::mapreduce {
namespace {

TEST(Routing, hashes_as_javas_writable_comparator_does) {
  // 31^4 + 'A' * (31^3 + 31^2 + 31 + 1)
  EXPECT_EQ(reducer_of("AAAA", 1'000'000'007), 923521 + 65 * 30784);
}

TEST(Routing, every_reducer_has_a_prefix_that_leads_to_it_and_breaks_no_line) {
  for (const int reduces : {1, 2, 3, 7, 31, 32, 61, 100, 961, 1000, 4097}) {
    for (int reducer = 0; reducer < reduces; ++reducer) {
      const std::string prefix = key_prefix_for(reducer, reduces);
      ASSERT_EQ(prefix.size(), size_t{kRoutingBytes});
      ASSERT_EQ(reducer_of(prefix, reduces), reducer) << prefix << " of " << reduces;
      for (const char c : prefix) ASSERT_TRUE(c >= 'A' && c <= '_') << prefix;
    }
  }
}

TEST(Routing, the_largest_number_of_reducers_works_too) {
  for (const int reducer : {0, 1, kMaxReduces / 2, kMaxReduces - 1})
    EXPECT_EQ(reducer_of(key_prefix_for(reducer, kMaxReduces), kMaxReduces), reducer);
}

}  // namespace
}  // namespace howdah::mapreduce
