// Records dealt to partitions and files.
#pragma once

#include <vector>

#include "data/piece_counts.h"
#include "transform/records.h"

namespace howdah::data {

// The partitions that these records belong to, and the group of each row.
struct Dealt {
  std::vector<PartitionKey> groups;
  std::vector<int64_t> rows_of_group;
  std::vector<uint32_t> group_of_row;
};
// Parts and partitions must be assigned.
Dealt deal(const transform::Records& records);

// Rows of one chunk for one output file, in their order.
struct PieceSlice {
  int32_t piece = 0;
  std::shared_ptr<arrow::RecordBatch> batch;
};
// `batch` has the records' rows, with the columns to write. By piece, ascending.
Result<std::vector<PieceSlice>> cut(const transform::Records& records,
                                    const std::shared_ptr<arrow::RecordBatch>& batch,
                                    const PiecePlan& plan);

}  // namespace howdah::data
