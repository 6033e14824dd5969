// Expressions over columns (prepare/expression.h), by Arrow's kernels.
//
// Results are bool, int64, float64, string, date32 or timestamp(us, UTC), whatever the columns'
// widths and units. A text constant beside a date or a time is read as one (ISO 8601, without a
// zone UTC). Arithmetic that has no result (evaluate_numbers.h) is missing.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "base/result.h"
#include "prepare/expression.h"

namespace howdah::transform {

// The type of the result, without data. kInvalidArgument: no such column (the nearest is named), or
// operands that do not go together, with the position in the text.
Result<std::shared_ptr<arrow::DataType>> type_of(const prepare::Expression& expression,
                                                 const arrow::Schema& schema,
                                                 const std::string& time_zone = "UTC");
// One value a row; missing operands make missing values. Timestamps' fields are those of
// `time_zone`.
Result<std::shared_ptr<arrow::Array>> evaluate(const prepare::Expression& expression,
                                               const arrow::RecordBatch& batch,
                                               const std::string& time_zone = "UTC");

}  // namespace howdah::transform
