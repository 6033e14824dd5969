#include "dataset/length_buckets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "dataset/random.h"
#include "dataset/stream_reader.h"
#include "fs/memory_file_system.h"

namespace howdah::dataset {
namespace {

constexpr int64_t kLength = 64;

// Texts of 1 to 64 tokens, most of them short; the label is the identity's last bit.
class Texts : public testing::Test {
 protected:
  Texts() {
    Partition train;
    train.name = "train";
    train.records = 5000;
    train.records_by_class = {2500, 2500};
    std::string bytes;
    SplitMix64 random(7);
    for (int64_t i = 0; i < train.records; ++i) {
      if (i % 500 == 0)
        train.chunks.push_back({.file = 0,
                                .offset_bytes = static_cast<int64_t>(bytes.size()),
                                .records = 500,
                                .first_record = i,
                                .hosts = {}});
      const auto length = static_cast<int64_t>(1 + random.below(1 + random.below(kLength)));
      lengths_.push_back(length);
      for (int64_t t = 0; t < kLength; ++t) append(t < length ? 4 : 0, bytes);
      append(static_cast<int32_t>(i % 2), bytes);
    }
    train.files = {"train"};
    train.file_bytes = {static_cast<int64_t>(bytes.size())};
    train.file_sha256 = {std::string(64, '0')};
    EXPECT_TRUE(
        fs::write_file(*files_, "/set/train", as_bytes(bytes), {}, Deadline::never()).is_ok());
    index_.fingerprint = std::string(64, 'f');
    index_.element = ElementType::kInt32;
    index_.shape = {kLength};
    index_.classes = 2;
    index_.tokens = {.vocabulary = 5, .file = "vocabulary.txt"};
    index_.partitions = {train};
    plan_.split = {.train = 1, .validation = 0};
    plan_.streams = 3;
    plan_.batch = 48;
    plan_.seed = 11;
    plan_.bucketing = true;
  }
  // The identities of a stream's steps, from a step of the first epoch on.
  std::vector<std::vector<int64_t>> steps(int stream, int64_t from, int64_t count) {
    auto reader = StreamReader::open(index_, fs::Location{files_, "/set"}, plan_, stream, 0, from,
                                     ReaderOptions{});
    EXPECT_TRUE(reader) << reader.status().to_string();
    std::vector<std::vector<int64_t>> all;
    for (int64_t i = 0; i < count; ++i) {
      RecordBatch batch;
      EXPECT_TRUE((*reader)->next(batch, Deadline::after(std::chrono::seconds(30))).is_ok());
      for (size_t r = 0; r < batch.identities.size(); ++r) {
        EXPECT_EQ(batch.labels[r], batch.identities[r] % 2);
        int32_t last = 0;
        std::memcpy(&last,
                    batch.features.data() +
                        (r * kLength + static_cast<size_t>(length(batch.identities[r])) - 1) * 4,
                    4);
        EXPECT_EQ(last, 4);
      }
      all.push_back(batch.identities);
    }
    return all;
  }
  int64_t length(int64_t identity) const { return lengths_[static_cast<size_t>(identity)]; }
  // Padding's share of what micro-batches take, trimmed to their longest texts.
  double padding() {
    int64_t tokens = 0, taken = 0;
    for (const auto& step : steps(1, 0, plan_steps())) {
      int64_t longest = 0;
      for (const int64_t identity : step) {
        tokens += length(identity);
        longest = std::max(longest, length(identity));
      }
      taken += longest * static_cast<int64_t>(step.size());
    }
    return 1 - static_cast<double>(tokens) / static_cast<double>(taken);
  }
  int64_t plan_steps() { return EpochPlan::make(index_, plan_, 0)->steps(); }

  Index index_;
  PlanOptions plan_;
  std::vector<int64_t> lengths_;

 private:
  static void append(int32_t value, std::string& to) {
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  std::shared_ptr<fs::MemoryFileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("t");
};

TEST_F(Texts, come_exactly_once_an_epoch) {
  std::map<int64_t, int> seen;
  for (int stream = 0; stream < plan_.streams; ++stream)
    for (const auto& step : steps(stream, 0, plan_steps()))
      for (const int64_t identity : step) ++seen[identity];
  EXPECT_EQ(seen.size(), 5000U);
  EXPECT_TRUE(
      std::all_of(seen.begin(), seen.end(), [](const auto& one) { return one.second == 1; }));
}

TEST_F(Texts, come_the_same_again_also_from_the_middle_on) {
  const int64_t all = plan_steps();
  const auto whole = steps(2, 0, all + 5);
  EXPECT_EQ(steps(2, 0, all + 5), whole);
  for (const int64_t from : {int64_t{1}, all / 2, all - 1}) {
    const auto rest = steps(2, from, all + 5 - from);
    EXPECT_TRUE(std::equal(rest.begin(), rest.end(), whole.begin() + from)) << from;
  }
}

TEST_F(Texts, of_a_micro_batch_are_of_similar_length) {
  const double bucketed = padding();
  plan_.bucketing = false;
  const double shuffled = padding();
  EXPECT_GT(shuffled, 0.5);
  EXPECT_LT(bucketed, 0.12);
}

TEST_F(Texts, come_in_another_order_in_another_epoch_and_not_by_length) {
  const int64_t all = plan_steps();
  const auto two = steps(0, 0, 2 * all);
  EXPECT_FALSE(std::equal(two.begin(), two.begin() + all, two.begin() + all));
  // Neighbouring micro-batches are as likely to grow as to shrink.
  int grow = 0;
  for (int64_t i = 1; i < all; ++i)
    grow += length(two[static_cast<size_t>(i)][0]) > length(two[static_cast<size_t>(i) - 1][0]);
  EXPECT_GT(grow, all / 4);
  EXPECT_LT(grow, 3 * all / 4);
}

TEST_F(Texts, belong_to_the_step_that_holds_their_position) {
  const auto plan = *EpochPlan::make(index_, plan_, 0);
  for (int64_t position = 0; position < plan.records_of(1); ++position) {
    const auto [begin, end] = plan.records_at(1, plan.step_at(1, position));
    ASSERT_TRUE(begin <= position && position < end) << position;
  }
}

TEST_F(Texts, make_another_plan_when_they_are_bucketed) {
  const std::string bucketed = EpochPlan::make(index_, plan_, 0)->digest();
  plan_.bucketing = false;
  EXPECT_NE(EpochPlan::make(index_, plan_, 0)->digest(), bucketed);
}

}  // namespace
}  // namespace howdah::dataset
