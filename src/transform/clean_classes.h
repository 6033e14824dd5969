// Which class each record of a batch belongs to: the values of one column.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace howdah::transform {

struct Classes {
  // The distinct ones, in order of appearance: "=" and the value's bytes (clean_fill_value.h); ""
  // for a missing value.
  std::vector<std::string> keys;
  std::vector<uint32_t> of_row;  // into keys
};

// All rows in one class, "".
Classes one_class(int64_t rows);
// Of a column of class_type.
Classes classes_of(const std::shared_ptr<arrow::Array>& column);

}  // namespace howdah::transform
