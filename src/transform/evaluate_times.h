// The fields of dates and times: year, month, day, hour, minute, weekday (Monday is 1), date.
#pragma once

#include "transform/evaluate_value.h"

namespace howdah::transform::evaluation {

bool is_time_function(const std::string& name);
// Times are shown in `time_zone` first; dates have none. date(text) reads ISO 8601 and is missing
// where the text is none.
//   kInvalidArgument  no such time zone on this machine; not a date or time
Result<arrow::Datum> time_function(const prepare::Expression& at, const arrow::Datum& value,
                                   const std::string& time_zone);

}  // namespace howdah::transform::evaluation
