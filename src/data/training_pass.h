// The first pass over a prepared dataset's training part, and what all kinds of it ask of columns.
#pragma once

#include <arrow/array/array_binary.h>

#include <functional>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "data/class_names.h"
#include "data/prepared_parts.h"

namespace howdah::data {

// visit(rows) for all rows of the part; an error of it is the pass's.
//   kCancelled
Status pass_over(const fs::Location& folder, const PreparedPart& part,
                 const std::vector<std::string>& columns, const std::stop_token& stop,
                 Deadline deadline, const std::function<Status(const PartBatch&)>& visit);

// The type of a column.
//   kInvalidArgument  no such column (the nearest is named)
Result<formats::Inferred> type_of(const formats::TableSchema& schema, const std::string& column);

// A column of texts; `what` it is for: "text".
//   kInvalidArgument  of another type
Result<std::shared_ptr<arrow::StringArray>> texts_of(const arrow::RecordBatch& batch,
                                                     const std::string& column,
                                                     const std::string& what);
// A column of classes as texts: strings, whole numbers, truth values.
//   kInvalidArgument  of another type
Result<std::shared_ptr<arrow::StringArray>> classes_of(const arrow::RecordBatch& batch,
                                                       const std::string& column);

// A row without a value in a column that must have one.
Status missing_value(const std::string& column);

// The classes of a part's rows.
class ClassCollector {
 public:
  explicit ClassCollector(std::string column) : column_(std::move(column)) {}
  //   kInvalidArgument  a row without a class; too many classes
  Status add(const PartBatch& rows);
  //   kInvalidArgument  fewer than two
  Result<std::shared_ptr<const ClassNames>> finish() const;

 private:
  std::string column_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace howdah::data
