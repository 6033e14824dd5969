#include "data/map_plan.h"

#include <gtest/gtest.h>

#include <set>

namespace howdah::data {
namespace {

using Groups = std::vector<std::vector<size_t>>;

TEST(GroupByHost, ATaskReadsWhatOneHostHolds) {
  const std::vector<PlacedPortion> portions = {{128, {"a"}}, {128, {"b"}}, {128, {"a"}},
                                               {128, {"b"}}, {128, {"a"}}, {128, {"b"}}};
  EXPECT_EQ(group_by_host(portions, 256), (Groups{{0, 2}, {1, 3}, {4}, {5}}));
  EXPECT_EQ(group_by_host(portions, 300), (Groups{{0, 2}, {1, 3}, {4, 5}}));
  EXPECT_EQ(group_by_host(portions, 400), (Groups{{0, 2, 4}, {1, 3, 5}}));
}

TEST(GroupByHost, TheHostIsTheOneThatHoldsMost) {
  const std::vector<PlacedPortion> portions = {
      {10, {"a", "b"}}, {10, {"a"}}, {10, {"b"}}, {10, {"b"}}};
  EXPECT_EQ(group_by_host(portions, 30), (Groups{{0, 2, 3}, {1}}));
}

TEST(GroupByHost, WithoutHostsTheOrderDecides) {
  const std::vector<PlacedPortion> portions(5, {10, {}});
  EXPECT_EQ(group_by_host(portions, 20), (Groups{{0, 1}, {2, 3}, {4}}));
}

TEST(GroupByHost, APortionThatIsTooLargeIsATaskOfItsOwn) {
  const std::vector<PlacedPortion> portions = {{100, {"a"}}, {1, {"a"}}, {1, {"a"}}};
  EXPECT_EQ(group_by_host(portions, 10), (Groups{{0}, {1, 2}}));
}

TEST(GroupByHost, EveryPortionIsReadOnce) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    std::vector<PlacedPortion> portions;
    uint64_t state = seed;
    const auto draw = [&](uint64_t below) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      return (state >> 33) % below;
    };
    const uint64_t count = draw(60);
    for (uint64_t i = 0; i < count; ++i) {
      std::set<std::string> hosts;
      for (uint64_t h = draw(4); h > 0; --h)
        hosts.insert(std::string(1, static_cast<char>('a' + draw(7))));
      portions.push_back({static_cast<int64_t>(draw(200)), {hosts.begin(), hosts.end()}});
    }
    std::set<size_t> seen;
    size_t read = 0;
    for (const auto& group : group_by_host(portions, 256)) {
      EXPECT_FALSE(group.empty());
      int64_t bytes = 0;
      for (const size_t i : group) bytes += portions[i].bytes;
      EXPECT_TRUE(bytes <= 256 || group.size() == 1);
      read += group.size();
      seen.insert(group.begin(), group.end());
    }
    EXPECT_EQ(read, portions.size());
    EXPECT_EQ(seen.size(), portions.size());
  }
}

}  // namespace
}  // namespace howdah::data
