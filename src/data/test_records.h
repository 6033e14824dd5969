// Small records for tests.
#pragma once

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/type.h>

#include "statistics/hash128.h"
#include "transform/records.h"

namespace howdah::data {

// Rows `first` to `first + rows`: columns "number" (int64) and "word".
inline transform::Records records_of(formats::ChunkId chunk, int64_t first, int64_t rows) {
  arrow::Int64Builder numbers;
  arrow::StringBuilder words;
  transform::Records records;
  records.chunk = chunk;
  for (int64_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(numbers.Append(first + i).ok());
    EXPECT_TRUE(words.Append("w" + std::to_string((first + i) % 7)).ok());
    records.rows.push_back(static_cast<uint32_t>(i));
    records.identities.push_back(statistics::hash128(std::to_string(first + i)));
  }
  records.batch = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("number", arrow::int64()), arrow::field("word", arrow::utf8())}),
      rows, {numbers.Finish().ValueOrDie(), words.Finish().ValueOrDie()});
  return records;
}

}  // namespace howdah::data
