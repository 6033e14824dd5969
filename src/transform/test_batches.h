// Batches and records from a few words, for tests.
#pragma once

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "transform/identity.h"
#include "transform/records.h"

namespace howdah::transform::test {

using Columns = std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>;

// array(arrow::int64(), "[1, null]")
inline std::shared_ptr<arrow::Array> array(const std::shared_ptr<arrow::DataType>& type,
                                           const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}
inline std::shared_ptr<arrow::DataType> time_type() {
  return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
}
inline std::shared_ptr<arrow::Array> times(const std::string& json) {
  return array(time_type(), json);
}

inline std::shared_ptr<arrow::RecordBatch> batch_of(const Columns& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [name, values] : columns) {
    fields.push_back(arrow::field(name, values->type()));
    arrays.push_back(values);
  }
  const int64_t rows = arrays.empty() ? 0 : arrays[0]->length();
  return arrow::RecordBatch::Make(arrow::schema(fields), rows, arrays);
}

inline Records records_of(const std::shared_ptr<arrow::RecordBatch>& batch, int32_t ordinal = 0) {
  Records records;
  records.chunk = {0, ordinal};
  records.batch = batch;
  records.rows.resize(static_cast<size_t>(batch->num_rows()));
  std::iota(records.rows.begin(), records.rows.end(), 0);
  records.identities = identities_of(*batch).value();
  return records;
}
inline Records records_of(const Columns& columns, int32_t ordinal = 0) {
  return records_of(batch_of(columns), ordinal);
}

}  // namespace howdah::transform::test
