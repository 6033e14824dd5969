#include "dataset/range_cache.h"

#include <gtest/gtest.h>

#include <thread>

namespace howdah::dataset {
namespace {

std::vector<std::byte> pattern(int64_t offset, size_t length) {
  std::vector<std::byte> bytes(length);
  for (size_t i = 0; i < length; ++i)
    bytes[i] = static_cast<std::byte>((offset + static_cast<int64_t>(i)) * 31 % 251);
  return bytes;
}

bool holds(RangeCache& cache, const std::string& file, int64_t offset, size_t length) {
  std::vector<std::byte> into(length);
  if (!cache.find(file, offset, into)) return false;
  EXPECT_EQ(into, pattern(offset, length));
  return true;
}

TEST(RangeCache, gives_what_it_keeps_and_parts_of_it) {
  RangeCache cache({.memory_bytes = 1000});
  cache.keep("a", 100, pattern(100, 50));
  EXPECT_TRUE(holds(cache, "a", 100, 50));
  EXPECT_TRUE(holds(cache, "a", 120, 30));
  EXPECT_FALSE(holds(cache, "a", 120, 31)) << "beyond its end";
  EXPECT_FALSE(holds(cache, "a", 99, 10));
  EXPECT_FALSE(holds(cache, "b", 100, 50));
  EXPECT_EQ(cache.found_bytes(), 80);
}

TEST(RangeCache, keeps_what_came_first_within_its_budget) {
  RangeCache cache({.memory_bytes = 100});
  cache.keep("a", 0, pattern(0, 60));
  cache.keep("a", 60, pattern(60, 60));
  cache.keep("a", 120, pattern(120, 40));
  EXPECT_TRUE(holds(cache, "a", 0, 60));
  EXPECT_FALSE(holds(cache, "a", 60, 60)) << "it did not fit";
  EXPECT_TRUE(holds(cache, "a", 120, 40));
  EXPECT_EQ(cache.memory_bytes(), 100);
}

TEST(RangeCache, goes_on_on_the_disk_where_memory_ends) {
  RangeCache cache({.memory_bytes = 64, .disk_bytes = 128});
  for (int64_t at = 0; at < 320; at += 64) cache.keep("a", at, pattern(at, 64));
  EXPECT_EQ(cache.memory_bytes(), 64);
  EXPECT_EQ(cache.disk_bytes(), 128);
  for (int64_t at = 0; at < 192; at += 64) EXPECT_TRUE(holds(cache, "a", at, 64)) << at;
  EXPECT_FALSE(holds(cache, "a", 192, 64));
  EXPECT_TRUE(holds(cache, "a", 70, 10)) << "a part of what lies on the disk";
}

TEST(RangeCache, a_range_that_overlaps_another_is_not_kept_twice) {
  RangeCache cache({.memory_bytes = 1000});
  cache.keep("a", 100, pattern(100, 50));
  cache.keep("a", 90, pattern(90, 20));
  cache.keep("a", 149, pattern(149, 20));
  cache.keep("a", 100, pattern(100, 50));
  EXPECT_EQ(cache.memory_bytes(), 50);
  cache.keep("a", 150, pattern(150, 20));
  EXPECT_EQ(cache.memory_bytes(), 70);
}

TEST(RangeCache, a_disk_that_cannot_be_used_is_no_error) {
  RangeCache cache({.memory_bytes = 0, .disk_bytes = 1000, .folder = "/nowhere"});
  cache.keep("a", 0, pattern(0, 10));
  EXPECT_FALSE(holds(cache, "a", 0, 10));
  EXPECT_EQ(cache.disk_bytes(), 0);
}

TEST(RangeCache, readers_share_it) {
  RangeCache cache({.memory_bytes = 64 * 100, .disk_bytes = 64 * 100});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&cache] {
      for (int64_t at = 0; at < 64 * 200; at += 64) {
        if (!holds(cache, "a", at, 64)) cache.keep("a", at, pattern(at, 64));
      }
    });
  threads.clear();
  for (int64_t at = 0; at < 64 * 200; at += 64) EXPECT_TRUE(holds(cache, "a", at, 64)) << at;
}

}  // namespace
}  // namespace howdah::dataset
