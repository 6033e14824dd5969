#include "formats/batch_builder.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <cstring>

namespace howdah::formats {

Status BatchBuilder::open(int64_t expected_rows, int64_t expected_string_bytes) {
  for (size_t i = 0; i < columns_.size(); ++i)
    HOWDAH_TRY(columns_[i].open(schema_.columns[i].type, expected_rows, expected_string_bytes));
  return Status::ok();
}

size_t BatchBuilder::all_missing(size_t rows, uint32_t column) {
  ColumnOutput& out = columns_[column];
  std::memset(out.valid(), 0, rows);
  switch (out.type()) {
    case Inferred::kBool:
      std::memset(out.values<bool>(), 0, rows);
      break;
    case Inferred::kDate:
      std::memset(out.values<int32_t>(), 0, rows * sizeof(int32_t));
      break;
    case Inferred::kString:
      std::fill_n(out.values<int32_t>(), rows + 1, out.string_end());
      break;
    default:
      std::memset(out.values<int64_t>(), 0, rows * sizeof(int64_t));
  }
  return rows;
}

void BatchBuilder::keep_first_mismatches() {
  std::sort(mismatches_.begin(), mismatches_.end(), [](const Mismatch& a, const Mismatch& b) {
    return a.row != b.row ? a.row < b.row : a.column < b.column;
  });
  const auto same_row = [](const Mismatch& a, const Mismatch& b) { return a.row == b.row; };
  mismatches_.erase(std::unique(mismatches_.begin(), mismatches_.end(), same_row),
                    mismatches_.end());
}

Result<std::shared_ptr<arrow::RecordBatch>> BatchBuilder::finish() {
  const auto schema = schema_.to_arrow();
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  arrays.reserve(columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i)
    arrays.push_back(HOWDAH_TRY(columns_[i].finish(schema->field(static_cast<int>(i))->type())));
  return arrow::RecordBatch::Make(schema, rows_, std::move(arrays));
}

}  // namespace howdah::formats
