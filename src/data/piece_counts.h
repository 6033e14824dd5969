// How many rows each chunk gives to each partition of each part (train, test...). A prefix sum over
// the chunks tells every row its rank, and so the file that it goes to, wherever it is processed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "formats/source.h"
#include "statistics/byte_io.h"

namespace howdah::data {

struct PartitionKey {
  uint8_t part = 0;
  std::string folder;  // "year=2013/month=1"; empty without partitions
  auto operator<=>(const PartitionKey&) const = default;
};

class PieceCounts {
 public:
  void add(formats::ChunkId chunk, const PartitionKey& key, int64_t rows);
  // By partition; the chunks of each in any order.
  using Counts = std::map<PartitionKey, std::map<formats::ChunkId, int64_t>>;
  const Counts& counts() const { return counts_; }
  void write_to(statistics::ByteWriter& bytes) const;
  Status merge(statistics::ByteReader& bytes);

 private:
  Counts counts_;
};

// One output file.
struct Piece {
  PartitionKey partition;
  int32_t index = 0;  // within the partition
  int64_t first_rank = 0, rows = 0;
  // Below the output folder: "train/year=2013/month=1/part-00000.parquet".
  std::string path;
};

class PiecePlan {
 public:
  // Files of about target_rows rows, all of a partition's as even as can be.
  static PiecePlan create(const PieceCounts& counts, const std::vector<std::string>& part_names,
                          int64_t target_rows, const std::string& suffix);
  const std::vector<Piece>& pieces() const { return pieces_; }
  // The ranks of a chunk's first row in a partition, and the partition's pieces.
  struct Place {
    int64_t first_rank = 0;
    int32_t first_piece = 0, pieces = 0;  // into pieces()
  };
  // kInternal: the chunk has no row there by the counts.
  Result<Place> place(formats::ChunkId chunk, const PartitionKey& key) const;
  // Of a row with this rank in a partition of `pieces` files and `rows` rows.
  int32_t piece_of(const Place& place, int64_t rank) const;

 private:
  struct Partition {
    int32_t first_piece = 0, pieces = 0;
    int64_t rows = 0;
    std::map<formats::ChunkId, int64_t> first_ranks;
  };
  std::map<PartitionKey, Partition> partitions_;
  std::vector<Piece> pieces_;
};

}  // namespace howdah::data
