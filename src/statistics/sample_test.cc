#include "statistics/sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace howdah::statistics {
namespace {

std::string bytes_of(const Sample& sample) {
  std::string bytes;
  ByteWriter writer(bytes);
  sample.write_to(writer);
  return bytes;
}

TEST(Sample, KeepsTheSmallestHashes) {
  Sample sample(2);
  for (const uint64_t hash : {5u, 3u, 9u, 1u}) sample.add({hash, 0}, std::to_string(hash));
  const auto sorted = sample.sorted();
  ASSERT_EQ(sorted.size(), 2u);
  EXPECT_EQ(sorted[0].payload, "1");
  EXPECT_EQ(sorted[1].payload, "3");
  EXPECT_TRUE(sample.wants({2, 0}));
  EXPECT_TRUE(sample.wants({3, 0}));
  EXPECT_FALSE(sample.wants({3, 1}));
}

TEST(Sample, OfNoneWantsNone) {
  Sample sample(0);
  EXPECT_FALSE(sample.wants({0, 0}));
  sample.add({0, 0}, "x");
  EXPECT_TRUE(sample.sorted().empty());
}

TEST(Sample, BreaksTiesByThePayload) {
  Sample sample(2);
  for (const char* payload : {"c", "a", "b", "a"}) sample.add({1, 1}, payload);
  EXPECT_EQ(sample.sorted()[0].payload, "a");
  EXPECT_EQ(sample.sorted()[1].payload, "a");
}

TEST(Sample, HasTheSameBytesInAnyOrderAndAnyParts) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<std::string> records(random() % 400);
    for (std::string& record : records) record = std::to_string(random() % 300);
    const auto hash_of = [](const std::string& record) { return Hash128{hash64(record) % 100, 0}; };
    const size_t size = random() % 50;
    Sample whole(size);
    for (const std::string& record : records) whole.add(hash_of(record), record);
    std::shuffle(records.begin(), records.end(), random);
    std::vector<Sample> parts(1 + random() % 5, Sample(size));
    for (const std::string& record : records)
      parts[random() % parts.size()].add(hash_of(record), record);
    Sample merged(size);
    for (const Sample& part : parts) {
      if (random() % 2 == 0) {
        merged.merge(part);
        continue;
      }
      const std::string bytes = bytes_of(part);
      ByteReader reader(bytes);
      ASSERT_TRUE(merged.merge(reader).is_ok());
    }
    EXPECT_EQ(bytes_of(merged), bytes_of(whole)) << seed;
  }
}

TEST(Sample, TakesTheLesserSize) {
  Sample large(5), small(2);
  for (uint64_t hash = 0; hash < 5; ++hash) large.add({hash, 0}, "l");
  small.add({1, 0}, "s");
  Sample other = small;
  other.merge(large);
  large.merge(small);
  EXPECT_EQ(large.sorted().size(), 2u);
  EXPECT_EQ(bytes_of(large), bytes_of(other));
}

TEST(Sample, RefusesCorruptBytesAndStaysAsItWas) {
  Sample sample(4);
  for (uint64_t hash = 0; hash < 3; ++hash) sample.add({hash, hash}, "payload");
  const std::string bytes = bytes_of(sample);
  for (size_t length = 0; length < bytes.size(); ++length) {
    ByteReader cut(std::string_view(bytes).substr(0, length));
    EXPECT_EQ(sample.merge(cut).code(), Code::kCorrupt);
  }
  std::string more = bytes;
  more[1] = 5;
  ByteReader too_many(more);
  EXPECT_EQ(sample.merge(too_many).code(), Code::kCorrupt);
  std::string unordered = bytes;
  unordered[2] = '\x7f';
  ByteReader reader(unordered);
  EXPECT_EQ(sample.merge(reader).code(), Code::kCorrupt);
  EXPECT_EQ(bytes_of(sample), bytes);
}

}  // namespace
}  // namespace howdah::statistics
