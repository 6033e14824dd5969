// The columns of a source: names, types, and how sure we are of them. Types are inferred over all
// records: each chunk says what it needs, and the least type that holds all of them is taken.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "prepare/source_spec.h"

namespace howdah::formats {

// null < bool < string, null < int64 < float64 < string, null < date < timestamp < string; what has
// no other upper bound is a string. (A chunk of 0 and 1 is int64, of true and false bool.)
enum class Inferred { kNull, kBool, kInt64, kFloat64, kDate, kTimestamp, kString, kBinary };
Inferred least_upper_bound(Inferred a, Inferred b);
Inferred inferred_of(prepare::ColumnType type);

struct TableColumn {
  std::string name;
  Inferred type = Inferred::kNull;
  bool given = false;  // by the job file: a value that does not fit is a bad value
  // Where the format itself says the type (Parquet, images); null otherwise.
  std::shared_ptr<arrow::DataType> fixed;
};

struct TableSchema {
  std::vector<TableColumn> columns;

  // Column by column. kInvalidArgument names a column that only one has.
  Status widen(const TableSchema& other);
  bool operator==(const TableSchema& other) const;
  // Dates are date32, timestamps timestamp(us, UTC), columns of nulls alone are strings.
  std::shared_ptr<arrow::Schema> to_arrow() const;
  std::string to_json() const;
  static Result<TableSchema> from_json(const std::string& text);
};

}  // namespace howdah::formats
