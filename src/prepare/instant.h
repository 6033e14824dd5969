// Points in time as a specification writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace howdah::prepare {

// Seconds since 1970-01-01T00:00:00Z, and the nanoseconds after these.
using Instant = std::pair<int64_t, int32_t>;

// ISO 8601: "2013-01-31", "2013-01-31T12:00", "2013-01-31 12:00:30.5+01:00"; years 0001 to 9999,
// without a zone UTC. Nothing for anything else, such as 30 February.
std::optional<Instant> parse_instant(std::string_view text);

}  // namespace howdah::prepare
