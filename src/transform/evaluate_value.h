// Values within an expression: seven families of types, one Arrow type each, whatever the columns
// were. A constant is a scalar, all others are arrays.
#pragma once

#include <arrow/datum.h>
#include <arrow/type.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "prepare/expression.h"

namespace arrow::compute {
class FunctionOptions;
}

namespace howdah::transform::evaluation {

enum class Family {
  kNull,     // null
  kBool,     // bool
  kInteger,  // int64
  kNumber,   // float64
  kText,     // string
  kDate,     // date32
  kTime,     // timestamp(us, UTC)
  kOther,    // what can only be missing or not: bytes, lists
};
Family family_of(const arrow::DataType& type);
const char* family_name(Family family);  // "a whole number"
std::shared_ptr<arrow::DataType> type_of(Family family);

// kInvalidArgument at the expression's place.
Status complaint(const prepare::Expression& at, const std::string& what);

// A column as its family's type. Timestamps without a zone are UTC; uint64 and decimals are floats.
Result<arrow::Datum> loaded(const std::shared_ptr<arrow::Array>& column);
Result<arrow::Datum> call(const char* kernel, const std::vector<arrow::Datum>& arguments,
                          const arrow::compute::FunctionOptions* options = nullptr);
Result<arrow::Datum> cast(const arrow::Datum& value, Family to);
// An array of `rows` rows.
Result<std::shared_ptr<arrow::Array>> as_array(const arrow::Datum& value, int64_t rows);

// Brings values that are compared, or of which one is chosen, to one family: whole numbers become
// floats beside floats, dates times beside times, texts *constants* times beside dates and times
// (ISO 8601), nulls anything. `sources` are what the values came from.
//   kInvalidArgument  they do not go together
Result<Family> unify(const prepare::Expression& at, std::span<const prepare::Expression> sources,
                     std::span<arrow::Datum> values);

}  // namespace howdah::transform::evaluation
