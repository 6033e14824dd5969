#include "data/piece_counts.h"

#include <fmt/format.h>

#include <algorithm>

namespace howdah::data {

void PieceCounts::add(formats::ChunkId chunk, const PartitionKey& key, int64_t rows) {
  counts_[key][chunk] += rows;
}

void PieceCounts::write_to(statistics::ByteWriter& bytes) const {
  bytes.u64(counts_.size());
  for (const auto& [key, chunks] : counts_) {
    bytes.u8(key.part);
    bytes.text(key.folder);
    bytes.u64(chunks.size());
    for (const auto& [chunk, rows] : chunks) {
      bytes.u32(static_cast<uint32_t>(chunk.file));
      bytes.u32(static_cast<uint32_t>(chunk.ordinal));
      bytes.u64(static_cast<uint64_t>(rows));
    }
  }
}

Status PieceCounts::merge(statistics::ByteReader& bytes) {
  const uint64_t partitions = HOWDAH_TRY(bytes.u64());
  for (uint64_t i = 0; i < partitions; ++i) {
    PartitionKey key;
    key.part = HOWDAH_TRY(bytes.u8());
    key.folder = HOWDAH_TRY(bytes.text());
    const uint64_t chunks = HOWDAH_TRY(bytes.u64());
    for (uint64_t c = 0; c < chunks; ++c) {
      formats::ChunkId chunk;
      chunk.file = static_cast<int32_t>(HOWDAH_TRY(bytes.u32()));
      chunk.ordinal = static_cast<int32_t>(HOWDAH_TRY(bytes.u32()));
      add(chunk, key, static_cast<int64_t>(HOWDAH_TRY(bytes.u64())));
    }
  }
  return Status::ok();
}

PiecePlan PiecePlan::create(const PieceCounts& counts, const std::vector<std::string>& part_names,
                            int64_t target_rows, const std::string& suffix) {
  PiecePlan plan;
  for (const auto& [key, chunks] : counts.counts()) {
    Partition partition;
    partition.first_piece = static_cast<int32_t>(plan.pieces_.size());
    for (const auto& [chunk, rows] : chunks) {
      partition.first_ranks[chunk] = partition.rows;
      partition.rows += rows;
    }
    if (partition.rows == 0) continue;
    const int64_t target = std::max<int64_t>(1, target_rows);
    partition.pieces = static_cast<int32_t>((partition.rows + target - 1) / target);
    const std::string folder =
        part_names[key.part] + "/" + (key.folder.empty() ? "" : key.folder + "/");
    for (int32_t k = 0; k < partition.pieces; ++k) {
      Piece piece;
      piece.partition = key;
      piece.index = k;
      piece.first_rank = partition.rows * k / partition.pieces;
      piece.rows = partition.rows * (k + 1) / partition.pieces - piece.first_rank;
      piece.path = fmt::format("{}part-{:05}{}", folder, k, suffix);
      plan.pieces_.push_back(std::move(piece));
    }
    plan.partitions_.emplace(key, std::move(partition));
  }
  return plan;
}

Result<PiecePlan::Place> PiecePlan::place(formats::ChunkId chunk, const PartitionKey& key) const {
  const auto partition = partitions_.find(key);
  if (partition != partitions_.end()) {
    const auto rank = partition->second.first_ranks.find(chunk);
    if (rank != partition->second.first_ranks.end())
      return Place{rank->second, partition->second.first_piece, partition->second.pieces};
  }
  return Status(Code::kInternal,
                "a chunk has rows in a partition where none were counted: did the source change "
                "while it was read?")
      .with_peer(key.folder);
}

int32_t PiecePlan::piece_of(const Place& place, int64_t rank) const {
  int32_t low = place.first_piece, high = place.first_piece + place.pieces;
  while (high - low > 1) {
    const int32_t middle = low + (high - low) / 2;
    (pieces_[static_cast<size_t>(middle)].first_rank <= rank ? low : high) = middle;
  }
  return low;
}

}  // namespace howdah::data
