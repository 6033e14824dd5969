// The different values of a column, as texts, and which of them each row has.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace howdah::transform {

struct DistinctValues {
  std::vector<std::optional<std::string>> texts;  // nothing: missing; no text twice
  std::vector<uint32_t> of_row;                   // into `texts`, which are in order of appearance
};
// Whole numbers in decimal, floats as the shortest text that reads back the same ("5.0"; NaN is
// "NaN"), true and false, dates as 2013-01-31, times as "2013-01-31 12:00:00", with a fraction
// where there is one (trailing zeros left out), in `time_zone`. Texts and bytes as they are.
//   kInvalidArgument  lists and structs; no such time zone
Result<DistinctValues> distinct_values(const std::shared_ptr<arrow::Array>& column,
                                       const std::string& time_zone = "UTC");

}  // namespace howdah::transform
