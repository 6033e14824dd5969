// Instants as people write them in rules: ISO 8601, "2013-01-31", "2013-01-31T12:00:30.5+01:00".
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace howdah::transform {

struct IsoTime {
  int64_t seconds = 0;      // since 1970-01-01T00:00:00Z
  int32_t nanoseconds = 0;  // after these; 0 to 999,999,999
  bool date_only = false;
};
// Years 0001 to 9999; "T" or a space before the time; a time without a zone is UTC. Nothing for
// anything else, such as 30 February.
std::optional<IsoTime> parse_iso_time(std::string_view text);

// As a value of date32, date64 or a timestamp (its unit): the first that is not before `time`; the
// ends of int64 for what is beyond. Others: nothing.
std::optional<int64_t> first_not_before(const IsoTime& time, const arrow::DataType& type);
// The last that is not after it; a date alone lasts the whole day.
std::optional<int64_t> last_not_after(const IsoTime& time, const arrow::DataType& type);

}  // namespace howdah::transform
