// Records on their way through the steps: a batch of Arrow columns, and for each row who it is.
#pragma once

#include <arrow/record_batch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/source.h"
#include "statistics/hash128.h"

namespace howdah::transform {

// For each row one of a few names; empty until it is assigned.
struct RowLabels {
  std::vector<uint32_t> of_row;  // into `names`
  std::vector<std::string> names;
};

struct Records {
  formats::ChunkId chunk;
  std::shared_ptr<arrow::RecordBatch> batch;
  // One entry a row of the batch, in step with it:
  std::vector<uint32_t> rows;                   // position in the chunk; ascending
  std::vector<statistics::Hash128> identities;  // of the raw values: equal records, equal identity
  std::vector<uint8_t> parts;  // which split (SplitSpec::parts); empty until it is assigned

  RowLabels partitions;  // folders: "year=2013/month=1"
  RowLabels classes;     // values of the column that the split is stratified by

  int64_t size() const { return static_cast<int64_t>(rows.size()); }
  // Keeps the rows whose `keep` is not 0. One entry a row.
  Status filter(const std::vector<uint8_t>& keep);
  Status set_column(const std::string& name, std::shared_ptr<arrow::Array> values);  // or adds it
  // Null when there is none.
  std::shared_ptr<arrow::Array> column(const std::string& name) const;
};

// What a step did: each dropped row and each changed value is counted under the step's name.
struct StepEffect {
  int64_t rows_in = 0, rows_dropped = 0, rows_changed = 0, values_changed = 0;
  int64_t rows_marked = 0;  // that stay, and are shown: marked outliers, noisy labels
};
struct DroppedRow {
  uint32_t row = 0;     // position in the chunk
  std::string reason;   // "dep_delay is missing", "dep_delay = 1301 is above 97.5"
  std::string content;  // as JSON, at most 4 KiB
};
struct Effects {
  StepEffect effect;
  bool want_reasons = false;        // quarantine, or the report's sample: fill `dropped`
  size_t reasons_limit = SIZE_MAX;  // of rows a chunk for which reasons are wanted
  std::vector<DroppedRow> dropped;
  std::vector<DroppedRow> marked;  // shown, never quarantined

  // Filters, counts, and where wanted asks `reason(i)` for row i of the batch as it was.
  template <typename Reason>
  Status drop(Records& records, const std::vector<uint8_t>& keep, Reason&& reason);
  // Counts and shows those whose `flags` is not 0; they stay.
  template <typename Reason>
  void mark(const Records& records, const std::vector<uint8_t>& flags, Reason&& reason);
};
// A row as a JSON object, values as in the report; at most `limit` bytes.
std::string row_as_json(const arrow::RecordBatch& batch, int64_t row, size_t limit = 4096);

template <typename Reason>
Status Effects::drop(Records& records, const std::vector<uint8_t>& keep, Reason&& reason) {
  int64_t gone = 0;
  for (size_t i = 0; i < keep.size(); ++i) {
    if (keep[i]) continue;
    ++gone;
    if (want_reasons && dropped.size() < reasons_limit)
      dropped.push_back({records.rows[i], reason(static_cast<int64_t>(i)),
                         row_as_json(*records.batch, static_cast<int64_t>(i))});
  }
  effect.rows_dropped += gone;
  return gone ? records.filter(keep) : Status::ok();
}

template <typename Reason>
void Effects::mark(const Records& records, const std::vector<uint8_t>& flags, Reason&& reason) {
  for (size_t i = 0; i < flags.size(); ++i) {
    if (!flags[i]) continue;
    ++effect.rows_marked;
    if (want_reasons && marked.size() < reasons_limit)
      marked.push_back({records.rows[i], reason(static_cast<int64_t>(i)),
                        row_as_json(*records.batch, static_cast<int64_t>(i))});
  }
}

}  // namespace howdah::transform
