#include "transform/clean_iso_time.h"

#include <arrow/type.h>

#include <chrono>

namespace howdah::transform {
namespace {

constexpr int64_t kDaySeconds = 86'400;
constexpr int64_t kSecondNanoseconds = 1'000'000'000;
using Wide = __int128;  // nanoseconds of ten thousand years do not fit into 64 bits

// Reads exactly `digits` digits.
std::optional<int> number(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool skip(std::string_view& text, char due) {
  if (text.empty() || text[0] != due) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int64_t> days(std::string_view& text) {
  const auto year = number(text, 4);
  if (!year || *year < 1 || !skip(text, '-')) return std::nullopt;
  const auto month = number(text, 2);
  if (!month || !skip(text, '-')) return std::nullopt;
  const auto day = number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::optional<int32_t> fraction(std::string_view& text) {
  int32_t nanoseconds = 0, unit = static_cast<int32_t>(kSecondNanoseconds / 10);
  bool any = false;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), unit /= 10) {
    if (unit == 0) return std::nullopt;
    nanoseconds += (text[0] - '0') * unit;
    any = true;
  }
  if (!any) return std::nullopt;
  return nanoseconds;
}

// "", "Z", "+01:00", "-0530": seconds east of UTC.
std::optional<int64_t> zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  const int sign = text[0] == '+' ? 1 : text[0] == '-' ? -1 : 0;
  if (sign == 0) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = number(text, 2);
  skip(text, ':');
  const auto minutes = number(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59 || !text.empty()) return std::nullopt;
  return sign * (*hours * 3600 + *minutes * 60);
}

// The length of one step of the type, in nanoseconds; 0 for other types.
int64_t tick(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::DATE32:
      return kDaySeconds * kSecondNanoseconds;
    case arrow::Type::DATE64:
      return 1'000'000;
    case arrow::Type::TIMESTAMP:
      switch (static_cast<const arrow::TimestampType&>(type).unit()) {
        case arrow::TimeUnit::SECOND:
          return kSecondNanoseconds;
        case arrow::TimeUnit::MILLI:
          return 1'000'000;
        case arrow::TimeUnit::MICRO:
          return 1'000;
        case arrow::TimeUnit::NANO:
          return 1;
      }
      return 0;
    default:
      return 0;
  }
}

int64_t clamped(Wide value) {
  if (value < INT64_MIN) return INT64_MIN;
  if (value > INT64_MAX) return INT64_MAX;
  return static_cast<int64_t>(value);
}

Wide floor_of(Wide value, int64_t unit) {
  const Wide quotient = value / unit;
  return value % unit < 0 ? quotient - 1 : quotient;
}

}  // namespace

std::optional<IsoTime> parse_iso_time(std::string_view text) {
  const auto day = days(text);
  if (!day) return std::nullopt;
  IsoTime time{*day * kDaySeconds, 0, text.empty()};
  if (text.empty()) return time;
  if (!skip(text, 'T') && !skip(text, ' ')) return std::nullopt;
  const auto hour = number(text, 2);
  if (!hour || !skip(text, ':')) return std::nullopt;
  const auto minute = number(text, 2);
  if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
  int second = 0;
  if (skip(text, ':')) {
    const auto seconds = number(text, 2);
    if (!seconds || *seconds > 59) return std::nullopt;
    second = *seconds;
    if (skip(text, '.')) {
      const auto nanoseconds = fraction(text);
      if (!nanoseconds) return std::nullopt;
      time.nanoseconds = *nanoseconds;
    }
  }
  const auto east = zone(text);
  if (!east) return std::nullopt;
  time.seconds += *hour * 3600 + *minute * 60 + second - *east;
  return time;
}

std::optional<int64_t> first_not_before(const IsoTime& time, const arrow::DataType& type) {
  const int64_t unit = tick(type);
  if (!unit) return std::nullopt;
  const Wide nanoseconds = Wide{time.seconds} * kSecondNanoseconds + time.nanoseconds;
  return clamped(-floor_of(-nanoseconds, unit));
}

std::optional<int64_t> last_not_after(const IsoTime& time, const arrow::DataType& type) {
  const int64_t unit = tick(type);
  if (!unit) return std::nullopt;
  Wide nanoseconds = Wide{time.seconds} * kSecondNanoseconds + time.nanoseconds;
  if (time.date_only) nanoseconds += Wide{kDaySeconds} * kSecondNanoseconds - 1;
  return clamped(floor_of(nanoseconds, unit));
}

}  // namespace howdah::transform
