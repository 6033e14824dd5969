#include "data/piece_counts.h"

#include <gtest/gtest.h>

#include <random>

namespace howdah::data {
namespace {

using formats::ChunkId;

TEST(PiecePlan, GivesEachRowOneFileInTheOrderOfTheChunks) {
  PieceCounts counts;
  const PartitionKey train{0, "month=1"}, test{1, "month=1"};
  const int64_t rows[] = {700, 0, 1'250, 3, 2'047};
  int64_t all = 0;
  for (int32_t c = 0; c < 5; ++c) {
    if (rows[c]) counts.add({c / 2, c % 2}, train, rows[c]);
    counts.add({c / 2, c % 2}, test, 1);
    all += rows[c];
  }
  const auto plan = PiecePlan::create(counts, {"train", "test"}, 1'000, ".parquet");
  std::vector<int64_t> filled(plan.pieces().size(), 0);
  int32_t last = 0;
  for (int32_t c = 0; c < 5; ++c) {
    if (!rows[c]) continue;
    const auto place = plan.place({c / 2, c % 2}, train);
    ASSERT_TRUE(place.is_ok());
    for (int64_t r = 0; r < rows[c]; ++r) {
      const int32_t piece = plan.piece_of(*place, place->first_rank + r);
      EXPECT_GE(piece, last);
      last = piece;
      ++filled[static_cast<size_t>(piece)];
    }
  }
  int64_t planned = 0;
  for (size_t p = 0; p < plan.pieces().size(); ++p) {
    const Piece& piece = plan.pieces()[p];
    if (!(piece.partition == train)) continue;
    EXPECT_EQ(filled[p], piece.rows) << piece.path;
    EXPECT_NEAR(static_cast<double>(piece.rows), 1'000, 200);
    planned += piece.rows;
  }
  EXPECT_EQ(planned, all);
  EXPECT_EQ(plan.pieces().front().path, "train/month=1/part-00000.parquet");
  EXPECT_EQ(plan.pieces().back().path, "test/month=1/part-00000.parquet");
}

TEST(PiecePlan, DoesNotDependOnWhoCounted) {
  std::mt19937 random(7);
  PieceCounts whole, halves[2];
  for (int32_t c = 0; c < 100; ++c) {
    const PartitionKey key{static_cast<uint8_t>(random() % 3), "k=" + std::to_string(random() % 5)};
    const auto rows = static_cast<int64_t>(random() % 1'000 + 1);
    whole.add({0, c}, key, rows);
    halves[random() % 2].add({0, c}, key, rows);
  }
  std::string first, second, merged_bytes, whole_bytes;
  statistics::ByteWriter first_writer(first), merged_writer(merged_bytes), writer(whole_bytes);
  halves[1].write_to(first_writer);
  statistics::ByteReader reader(first);
  ASSERT_TRUE(halves[0].merge(reader).is_ok());
  halves[0].write_to(merged_writer);
  whole.write_to(writer);
  EXPECT_EQ(merged_bytes, whole_bytes);
}

TEST(PiecePlan, SaysWhenAChunkWasNotCounted) {
  PieceCounts counts;
  counts.add({0, 0}, {0, ""}, 5);
  const auto plan = PiecePlan::create(counts, {"train"}, 10, ".csv");
  EXPECT_EQ(plan.place({0, 1}, {0, ""}).status().code(), Code::kInternal);
  EXPECT_EQ(plan.place({0, 0}, {1, ""}).status().code(), Code::kInternal);
}

}  // namespace
}  // namespace howdah::data
