// Parquet files in memory, for tests: written by Arrow's own writer.
#pragma once

#include <arrow/array.h>
#include <arrow/io/memory.h>
#include <arrow/json/from_string.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <string>
#include <vector>

namespace howdah::formats {

inline std::shared_ptr<arrow::Array> array_of(const std::shared_ptr<arrow::DataType>& type,
                                              const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

struct ParquetShape {
  int64_t group_rows = 1 << 20;
  arrow::Compression::type codec = arrow::Compression::UNCOMPRESSED;
  bool dictionary = true, int96 = false, statistics = true, store_schema = false;
};

struct Named {
  std::string name;
  std::shared_ptr<arrow::Array> values;
};

inline std::string parquet_bytes(const std::vector<Named>& columns,
                                 const ParquetShape& shape = {}) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const Named& column : columns) {
    fields.push_back(arrow::field(column.name, column.values->type()));
    arrays.push_back(column.values);
  }
  const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
  parquet::WriterProperties::Builder properties;
  properties.compression(shape.codec)->max_row_group_length(shape.group_rows);
  if (!shape.dictionary) properties.disable_dictionary();
  if (!shape.statistics) properties.disable_statistics();
  parquet::ArrowWriterProperties::Builder arrow_properties;
  if (shape.int96) arrow_properties.enable_deprecated_int96_timestamps();
  if (shape.store_schema) arrow_properties.store_schema();
  const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  const auto written =
      parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), out, shape.group_rows,
                                 properties.build(), arrow_properties.build());
  EXPECT_TRUE(written.ok()) << written.ToString();
  return out->Finish().ValueOrDie()->ToString();
}

}  // namespace howdah::formats
