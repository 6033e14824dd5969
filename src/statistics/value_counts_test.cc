#include "statistics/value_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace howdah::statistics {
namespace {

std::string bytes_of(const ValueCounts& counts) {
  std::string bytes;
  ByteWriter writer(bytes);
  counts.write_to(writer);
  return bytes;
}

Status merge_bytes(ValueCounts& into, std::string_view bytes) {
  ByteReader reader(bytes);
  return into.merge(reader);
}

TEST(ValueCounts, PutsTheMostFrequentFirstAndTiesByTheirBytes) {
  ValueCounts counts;
  for (const char* value : {"b", "a", "", "c", "b", "\xff", "a"}) counts.add(value);
  counts.add("c", 5);
  counts.add("never", 0);
  counts.add("never", -3);
  const auto sorted = counts.sorted();
  ASSERT_EQ(sorted.size(), 5u);
  const std::vector<std::string> order = {"c", "a", "b", "", "\xff"};
  for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(sorted[i].value, order[i]);
  EXPECT_EQ(sorted[0].count, 6);
  EXPECT_EQ(counts.sorted(2).size(), 2u);
  EXPECT_EQ(counts.sorted(2)[1].value, "a");
  EXPECT_EQ(counts.total(), 12);
  EXPECT_EQ(counts.count_of("a"), 2);
  EXPECT_EQ(counts.count_of("never"), 0);
  EXPECT_EQ(ValueCounts().count_of("x"), 0);
}

TEST(ValueCounts, CountsAsAMapDoes) {
  std::mt19937_64 random(1);
  ValueCounts counts;
  std::map<std::string, int64_t> truth;
  for (int i = 0; i < 200'000; ++i) {
    const std::string value(random() % 3, static_cast<char>(random()));
    const std::string long_value = value + std::to_string(random() % 30'000);
    counts.add(long_value);
    ++truth[long_value];
  }
  EXPECT_EQ(counts.distinct(), truth.size());
  std::vector<std::string_view> all;
  for (const auto& [value, count] : truth) all.insert(all.end(), static_cast<size_t>(count), value);
  std::shuffle(all.begin(), all.end(), random);
  ValueCounts together, few(truth.size() - 1);
  together.add(all);
  EXPECT_TRUE(bytes_of(together) == bytes_of(counts));
  few.add(all);
  EXPECT_TRUE(few.overflowed());
  EXPECT_EQ(few.total(), counts.total());
  for (const auto& [value, count] : truth) EXPECT_EQ(counts.count_of(value), count);
}

TEST(ValueCounts, KeepsNoneBeyondItsLimit) {
  ValueCounts counts(3);
  for (const char* value : {"a", "b", "c", "a"}) counts.add(value);
  EXPECT_FALSE(counts.overflowed());
  EXPECT_EQ(counts.distinct(), 3u);
  counts.add("d");
  counts.add("a");
  EXPECT_TRUE(counts.overflowed());
  EXPECT_EQ(counts.distinct(), 0u);
  EXPECT_EQ(counts.count_of("a"), 0);
  EXPECT_EQ(counts.total(), 6);
  EXPECT_TRUE(counts.sorted().empty());
}

TEST(ValueCounts, KeepsNoneBeyondItsBytes) {
  ValueCounts counts;
  const std::string half(ValueCounts::kMaxBytes / 2, 'x');
  counts.add(half + "y");
  counts.add(half + "y");
  EXPECT_FALSE(counts.overflowed());
  counts.add(half);
  EXPECT_TRUE(counts.overflowed());
}

TEST(ValueCounts, HasTheSameBytesInAnyOrderAndAnyParts) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    std::mt19937_64 random(seed);
    const size_t limit = 50 + random() % 100;
    std::vector<std::string> values(random() % 3000);
    for (std::string& value : values) value = std::to_string(random() % 100);
    ValueCounts whole(limit);
    for (const std::string& value : values) whole.add(value);
    std::shuffle(values.begin(), values.end(), random);
    std::vector<ValueCounts> parts(1 + random() % 5, ValueCounts(limit));
    for (const std::string& value : values) parts[random() % parts.size()].add(value);
    ValueCounts merged(limit);
    for (const ValueCounts& part : parts) {
      if (random() % 2 == 0)
        merged.merge(part);
      else
        ASSERT_TRUE(merge_bytes(merged, bytes_of(part)).is_ok());
    }
    EXPECT_EQ(bytes_of(merged), bytes_of(whole)) << seed;
  }
}

TEST(ValueCounts, TakesTheLesserLimitAndMergesWithItself) {
  ValueCounts many(10), few(2);
  for (const char* value : {"a", "b", "c"}) many.add(value);
  few.add("a");
  ValueCounts other = few;
  other.merge(many);
  many.merge(few);
  EXPECT_TRUE(many.overflowed());
  EXPECT_EQ(bytes_of(many), bytes_of(other));
  few.merge(few);
  EXPECT_EQ(few.count_of("a"), 2);
}

TEST(ValueCounts, RefusesCorruptBytesAndStaysAsItWas) {
  std::mt19937_64 random(2);
  ValueCounts counts;
  for (const char* value : {"one", "two", "two", "three"}) counts.add(value);
  const std::string bytes = bytes_of(counts);
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_EQ(merge_bytes(counts, std::string_view(bytes).substr(0, length)).code(),
              Code::kCorrupt);
  std::string unordered = bytes;
  unordered[unordered.find("one")] = 'z';
  EXPECT_EQ(merge_bytes(counts, unordered).code(), Code::kCorrupt);
  EXPECT_EQ(bytes_of(counts), bytes);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    ValueCounts other = counts;
    if (merge_bytes(other, damaged).is_ok()) {
      EXPECT_GE(other.total(), counts.total());
    } else {
      EXPECT_EQ(bytes_of(other), bytes);
    }
  }
}

}  // namespace
}  // namespace howdah::statistics
