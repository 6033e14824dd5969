#include "data/group_shuffle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/temporary_file.h"

namespace howdah::data {
namespace {

using transform::GroupEntry;

// All but the first of a group are to go.
class FirstStays : public transform::Grouping {
 public:
  Status entries(const transform::Records&, std::vector<GroupEntry>&) const override {
    return Status::ok();
  }
  void judge(std::span<const GroupEntry> group, std::vector<uint8_t>& drop) const override {
    for (size_t i = 1; i < group.size(); ++i) {
      EXPECT_TRUE(std::pair(group[i - 1].chunk, group[i - 1].row) <
                  std::pair(group[i].chunk, group[i].row));
      EXPECT_EQ(group[i].key, group[0].key);
      EXPECT_EQ(group[i].payload, "p" + std::to_string(group[i].row));
      drop[i] = 1;
    }
  }
  std::string reason() const override { return "again"; }
};

std::vector<GroupEntry> entries(size_t number, uint64_t keys) {
  std::mt19937_64 random(3);
  std::vector<GroupEntry> all;
  for (size_t i = 0; i < number; ++i) {
    const uint64_t key = random() % keys;
    const auto row = static_cast<uint32_t>(i % 1000);
    all.push_back({statistics::hash128(std::to_string(key)),
                   {0, static_cast<int32_t>(i / 1000)},
                   row,
                   "p" + std::to_string(row)});
  }
  return all;
}

DropList dropped(std::vector<GroupEntry> all, int64_t memory_bytes) {
  GroupShuffle shuffle(memory_bytes, temporary_folder());
  for (size_t begin = 0; begin < all.size(); begin += 777) {
    std::vector<GroupEntry> some(
        all.begin() + static_cast<long>(begin),
        all.begin() + static_cast<long>(std::min(begin + 777, all.size())));
    EXPECT_TRUE(shuffle.add(some).is_ok());
  }
  auto drops = shuffle.judge(FirstStays(), 2);
  EXPECT_TRUE(drops.is_ok()) << drops.status().to_string();
  return std::move(*drops);
}

std::string bytes_of(DropList list) {
  std::string bytes;
  list.finish();
  list.write_to(bytes);
  return bytes;
}

TEST(GroupShuffle, TheFirstOfEachKeyStays) {
  const auto all = entries(20'000, 5'000);
  std::vector<std::string> keys;
  for (const GroupEntry& entry : all)
    keys.push_back(std::to_string(entry.key.high) + "," + std::to_string(entry.key.low));
  std::sort(keys.begin(), keys.end());
  const auto distinct = std::unique(keys.begin(), keys.end()) - keys.begin();
  EXPECT_EQ(dropped(all, 1 << 30).size(), 20'000 - distinct);
}

TEST(GroupShuffle, TheResultIsTheSameThroughTheDiskAndInAnyOrder) {
  auto all = entries(20'000, 5'000);
  const std::string in_memory = bytes_of(dropped(all, 1 << 30));
  EXPECT_EQ(bytes_of(dropped(all, 20'000)), in_memory);
  std::shuffle(all.begin(), all.end(), std::mt19937(1));
  EXPECT_EQ(bytes_of(dropped(all, 20'000)), in_memory);
}

TEST(DropList, ReadsBackAndRefusesGarbage) {
  const std::string bytes = bytes_of(dropped(entries(5'000, 100), 1 << 20));
  auto read = DropList::read_from(bytes);
  ASSERT_TRUE(read.is_ok());
  EXPECT_EQ(bytes_of(std::move(*read)), bytes);
  EXPECT_FALSE(DropList::read_from(bytes.substr(0, bytes.size() - 3)).is_ok());
  EXPECT_FALSE(DropList::read_from("\xff\xff\xff\xff\xff\xff\xff\xff").is_ok());
}

}  // namespace
}  // namespace howdah::data
