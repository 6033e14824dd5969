#include "dataset/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace howdah::dataset {
namespace {

Index index_of(int64_t records, int64_t records_a_chunk, const std::string& name = "train") {
  Partition partition;
  partition.name = name;
  partition.files = {"f"};
  partition.records = records;
  for (int64_t first = 0; first < records; first += records_a_chunk) {
    partition.chunks.push_back({.file = 0,
                                .offset_bytes = first * 5,
                                .records = std::min(records_a_chunk, records - first),
                                .first_record = first,
                                .hosts = {}});
  }
  Index index;
  index.shape = {1};
  index.classes = 1;
  index.partitions = {partition};
  return index;
}

// Without a split: every record is in the train part.
PlanOptions whole(int streams, int64_t batch) {
  return {.split = {.train = 1, .validation = 0}, .streams = streams, .batch = batch};
}

// The stream's identities in the order of delivery.
std::vector<int64_t> sequence(const Index& index, const PlanOptions& options, const EpochPlan& plan,
                              int stream) {
  std::vector<int64_t> identities;
  for (int number = 0; number < plan.window_count(stream); ++number) {
    const EpochPlan::Window window = plan.window(stream, number);
    EXPECT_EQ(window.first, static_cast<int64_t>(identities.size()));
    EXPECT_LE(window.uses.size(), static_cast<size_t>(options.window_chunks));
    std::vector<int64_t> inside;
    for (const ChunkUse& use : window.uses) {
      EXPECT_FALSE(use.records.empty());
      EXPECT_TRUE(std::is_sorted(use.records.begin(), use.records.end()));
      const Partition* partition = partition_of(index, options);
      const Chunk& chunk = partition->chunks[static_cast<size_t>(use.chunk)];
      for (const int32_t record : use.records) {
        EXPECT_LT(record, chunk.records);
        inside.push_back(chunk.first_record + record);
      }
    }
    EXPECT_EQ(window.order.size(), inside.size());
    for (const int32_t at : window.order) {
      EXPECT_EQ(plan.window_at(stream, static_cast<int64_t>(identities.size())), number);
      identities.push_back(inside[static_cast<size_t>(at)]);
    }
  }
  EXPECT_EQ(static_cast<int64_t>(identities.size()), plan.records_of(stream));
  return identities;
}

// Every promise about who uses what, for one plan.
void expect_each_record_once(const Index& index, const PlanOptions& options, int64_t epoch) {
  SCOPED_TRACE(testing::Message() << "records " << index.partitions[0].records << " chunks "
                                  << index.partitions[0].chunks.size() << " streams "
                                  << options.streams << " batch " << options.batch << " window "
                                  << options.window_chunks << " epoch " << epoch);
  const auto made = EpochPlan::make(index, options, epoch);
  ASSERT_TRUE(made.is_ok()) << made.status().to_string();
  const EpochPlan& plan = *made;
  EXPECT_EQ(plan.steps(), (plan.records() + options.batch - 1) / options.batch);

  std::map<int64_t, int> used;
  std::vector<int64_t> batches(static_cast<size_t>(plan.steps()));
  int64_t least = plan.records(), most = 0;
  for (int stream = 0; stream < options.streams; ++stream) {
    const auto identities = sequence(index, options, plan, stream);
    least = std::min(least, plan.records_of(stream));
    most = std::max(most, plan.records_of(stream));
    int64_t expected_begin = 0;
    for (int64_t step = 0; step < plan.steps(); ++step) {
      const auto [begin, end] = plan.records_at(stream, step);
      ASSERT_EQ(begin, expected_begin);
      ASSERT_LE(begin, end);
      expected_begin = end;
      batches[static_cast<size_t>(step)] += end - begin;
      for (int64_t i = begin; i < end; ++i) ++used[identities[static_cast<size_t>(i)]];
    }
    ASSERT_EQ(expected_begin, plan.records_of(stream));
  }
  EXPECT_LE(most - least, 1);
  EXPECT_EQ(static_cast<int64_t>(used.size()), plan.records());
  for (const auto& [identity, times] : used) ASSERT_EQ(times, 1) << identity;
  for (int64_t step = 0; step < plan.steps(); ++step) {
    ASSERT_EQ(plan.batch_at(step), batches[static_cast<size_t>(step)]);
  }
}

TEST(EpochPlan, uses_each_record_once_an_epoch_for_every_number_of_streams_and_batch) {
  for (const int64_t records : {1, 2, 7, 64, 97, 100, 129}) {
    for (const int64_t chunk : {1, 3, 10, 128}) {
      const Index index = index_of(records, chunk);
      for (const int streams : {1, 2, 3, 4, 7, 8}) {
        if (streams > records) continue;
        for (const int64_t batch : {1, 5, 8, 16, 33, 1000}) {
          for (const int window : {1, 4}) {
            PlanOptions options = whole(streams, batch);
            options.window_chunks = window;
            options.seed = static_cast<uint64_t>(records * 31 + streams);
            expect_each_record_once(index, options, chunk);
          }
        }
      }
    }
  }
}

TEST(EpochPlan, uses_each_member_of_a_split_once) {
  const Index index = index_of(1000, 37);
  for (const Part part : {Part::kTrain, Part::kValidation, Part::kTest}) {
    PlanOptions options{.part = part,
                        .split = {.train = 0.7, .validation = 0.2, .seed = 3},
                        .streams = 4,
                        .batch = 32};
    expect_each_record_once(index, options, 2);
    const auto plan = EpochPlan::make(index, options, 2);
    for (int stream = 0; stream < 4; ++stream) {
      for (const int64_t identity : sequence(index, options, *plan, stream)) {
        EXPECT_TRUE(is_member(options, index.partitions[0], identity));
      }
    }
  }
}

TEST(EpochPlan, never_leaves_a_step_without_records) {
  for (const int64_t records : {5, 60, 97}) {
    const Index index = index_of(records, 10);
    for (const int64_t batch : {4, 8, 50, 200}) {
      const auto plan = EpochPlan::make(index, whole(4, batch), 0);
      for (int64_t step = 0; step < plan->steps(); ++step) EXPECT_GE(plan->batch_at(step), 1);
    }
  }
}

TEST(EpochPlan, keeps_the_batches_within_one_record_a_stream_of_each_other) {
  const auto plan = EpochPlan::make(index_of(54'000, 1330), whole(4, 128), 0);
  EXPECT_EQ(plan->steps(), 422);
  for (int64_t step = 0; step < plan->steps(); ++step)
    EXPECT_NEAR(static_cast<double>(plan->batch_at(step)), 128, 4);
}

TEST(EpochPlan, divides_a_partition_into_disjoint_parts_that_cover_it) {
  const Index index = index_of(10'000, 100);
  PlanOptions options{.split = {.train = 0.9, .validation = 0.1, .seed = 7}};
  int64_t train = 0;
  for (int64_t identity = 0; identity < 10'000; ++identity) {
    int parts = 0;
    for (const Part part : {Part::kTrain, Part::kValidation, Part::kTest}) {
      options.part = part;
      const bool member = is_member(options, index.partitions[0], identity);
      parts += member ? 1 : 0;
      if (part == Part::kTrain) train += member ? 1 : 0;
    }
    ASSERT_EQ(parts, 1);
  }
  EXPECT_NEAR(static_cast<double>(train), 9000, 120);
  options.part = Part::kTest;
  EXPECT_EQ(EpochPlan::make(index, options, 0).status().code(), Code::kInvalidArgument);
}

TEST(EpochPlan, moves_no_record_between_parts_when_records_are_added_or_chunks_cut_anew) {
  PlanOptions options{.split = {.train = 0.8, .validation = 0.2, .seed = 11}, .batch = 10};
  const auto members = [&](const Index& index, Part part) {
    options.part = part;
    const auto plan = EpochPlan::make(index, options, 0);
    const auto identities = sequence(index, options, *plan, 0);
    return std::set<int64_t>(identities.begin(), identities.end());
  };
  for (const Part part : {Part::kTrain, Part::kValidation}) {
    const auto before = members(index_of(1000, 50), part);
    const auto after = members(index_of(5000, 333), part);
    for (int64_t identity = 0; identity < 1000; ++identity) {
      ASSERT_EQ(before.contains(identity), after.contains(identity));
    }
  }
}

class OwnPartition : public testing::TestWithParam<std::pair<Part, const char*>> {};
INSTANTIATE_TEST_SUITE_P(EpochPlan, OwnPartition,
                         testing::Values(std::pair(Part::kValidation, "validation"),
                                         std::pair(Part::kTest, "test")));

TEST_P(OwnPartition, is_taken_whole) {
  Index index = index_of(100, 10);
  PlanOptions options = whole(2, 8);
  options.part = GetParam().first;
  EXPECT_FALSE(has_part(index, options.split, options.part));
  index.partitions.push_back(index_of(30, 7, GetParam().second).partitions[0]);
  EXPECT_TRUE(has_part(index, options.split, options.part));
  options.shuffle = false;
  const auto plan = EpochPlan::make(index, options, 0);
  ASSERT_TRUE(plan.is_ok());
  EXPECT_EQ(plan->records(), 30);
  std::vector<int64_t> all;
  for (int stream = 0; stream < 2; ++stream) {
    const auto part = sequence(index, options, *plan, stream);
    all.insert(all.end(), part.begin(), part.end());
  }
  std::vector<int64_t> in_order(30);
  std::iota(in_order.begin(), in_order.end(), 0);
  EXPECT_EQ(all, in_order);
}

TEST(EpochPlan, shuffles_every_epoch_and_seed_differently_and_the_same_one_alike) {
  const Index index = index_of(1000, 50);
  PlanOptions options = whole(2, 32);
  const auto digest = [&](int64_t epoch) {
    return EpochPlan::make(index, options, epoch)->digest();
  };
  const std::string first = digest(0);
  EXPECT_EQ(digest(0), first);
  EXPECT_NE(digest(1), first);
  const auto plan = EpochPlan::make(index, options, 0);
  const auto next = EpochPlan::make(index, options, 1);
  EXPECT_NE(sequence(index, options, *plan, 0), sequence(index, options, *next, 0));
  options.seed = 1;
  EXPECT_NE(digest(0), first);
}

TEST(EpochPlan, mixes_the_chunks_of_a_window) {
  const Index index = index_of(1000, 100);
  const PlanOptions options = whole(1, 10);
  const auto plan = EpochPlan::make(index, options, 0);
  const auto identities = sequence(index, options, *plan, 0);
  std::set<int64_t> chunks;
  for (size_t i = 0; i < 100; ++i) chunks.insert(identities[i] / 100);
  // Ten chunks in windows of four at most: three, three and four.
  EXPECT_EQ(chunks.size(), 3U);
  for (size_t i = 900; i < 1000; ++i) chunks.insert(identities[i] / 100);
  EXPECT_EQ(chunks.size(), 7U);
}

// The bits of a plan are a promise between machines and versions: another digest needs another
// version in front of it.
TEST(EpochPlan, has_the_digest_that_it_has_everywhere) {
  PlanOptions options{
      .split = {.train = 0.9, .validation = 0.1, .seed = 7}, .seed = 1, .streams = 4, .batch = 128};
  const auto plan = EpochPlan::make(index_of(60'000, 1330), options, 3);
  EXPECT_EQ(plan->records(), 54042);
  EXPECT_EQ(plan->digest(), "350a0e9bde6dcec61bcade92949dcbd5d76b4b23858fd65ad9d62020ac3853cb");
}

TEST(EpochPlan, is_made_in_a_moment_for_ten_million_records) {
  const Index index = index_of(10'000'000, 1330);
  PlanOptions options{.split = {}, .streams = 8, .batch = 1024};
  const auto started = std::chrono::steady_clock::now();
  ASSERT_TRUE(EpochPlan::make(index, options, 0).is_ok());
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(1));
}

TEST(EpochPlan, knows_nothing_of_where_chunks_lie) {
  Index index = index_of(1000, 100);
  const std::string nowhere = EpochPlan::make(index, whole(2, 10), 0)->digest();
  for (Chunk& chunk : index.partitions[0].chunks) chunk.hosts = {"node1"};
  EXPECT_EQ(EpochPlan::make(index, whole(2, 10), 0)->digest(), nowhere);
}

TEST(EpochPlan, refuses_what_cannot_be_planned) {
  const Index index = index_of(100, 10);
  const auto code = [&](PlanOptions options, int64_t epoch = 0) {
    return EpochPlan::make(index, options, epoch).status().code();
  };
  EXPECT_EQ(code(whole(4, 10)), Code::kOk);
  EXPECT_EQ(code(whole(0, 10)), Code::kInvalidArgument);
  EXPECT_EQ(code(whole(101, 10)), Code::kInvalidArgument);
  EXPECT_EQ(code(whole(1 << 30, 10)), Code::kInvalidArgument);
  EXPECT_EQ(code(whole(4, 0)), Code::kInvalidArgument);
  EXPECT_EQ(code(whole(4, 10), -1), Code::kInvalidArgument);
  PlanOptions options = whole(4, 10);
  options.window_chunks = 0;
  EXPECT_EQ(code(options), Code::kInvalidArgument);
  options = whole(4, 10);
  options.split = {.train = 0.9, .validation = 0.2};
  EXPECT_EQ(code(options), Code::kInvalidArgument);
  options.split = {.train = -0.1, .validation = 0.2};
  EXPECT_EQ(code(options), Code::kInvalidArgument);
  options.split = {.train = std::nan(""), .validation = 0.2};
  EXPECT_EQ(code(options), Code::kInvalidArgument);
  options = whole(4, 10);
  options.part = Part::kValidation;
  EXPECT_EQ(code(options), Code::kInvalidArgument);
  EXPECT_EQ(EpochPlan::make(Index{}, whole(1, 1), 0).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(EpochPlan().records(), 0);
}

}  // namespace
}  // namespace howdah::dataset
