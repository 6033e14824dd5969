#include "transform/identity.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include <span>

#include "transform/value_hash.h"

namespace howdah::transform {

Result<std::vector<statistics::Hash128>> identities_of(const arrow::RecordBatch& batch) {
  // So many rows that their sums stay in the first-level cache while all columns are added.
  constexpr int64_t kTileRows = 1024;
  std::vector<std::shared_ptr<arrow::Array>> columns;
  std::vector<statistics::Hash128> seeds;
  for (int c = 0; c < batch.num_columns(); ++c) {
    auto column = hashable(batch.column(c));
    if (!column) return column.status().with_operation("column \"" + batch.column_name(c) + "\"");
    columns.push_back(std::move(*column));
    seeds.push_back(statistics::hash128(batch.column_name(c)));
  }
  std::vector<statistics::Hash128> identities(static_cast<size_t>(batch.num_rows()));
  for (int64_t begin = 0; begin < batch.num_rows(); begin += kTileRows) {
    const std::span<statistics::Hash128> tile(
        identities.data() + begin,
        static_cast<size_t>(std::min(kTileRows, batch.num_rows() - begin)));
    for (size_t c = 0; c < columns.size(); ++c)
      add_value_hashes(*columns[c], seeds[c], begin, tile);
    for (auto& sum : tile) sum = finished(sum);
  }
  return identities;
}

}  // namespace howdah::transform
