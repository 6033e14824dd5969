#include "prepare/instant.h"

#include <chrono>

namespace howdah::prepare {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool take(char due) {
    if (rest_.empty() || rest_[0] != due) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly so many digits, at most `most`; -1 for anything else.
  int take_number(size_t digits, int most) {
    int number = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (i >= rest_.size() || rest_[i] < '0' || rest_[i] > '9') return -1;
      number = number * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return number <= most ? number : -1;
  }
  // One to nine digits after the point, as nanoseconds.
  int32_t take_fraction() {
    int32_t nanoseconds = 0, unit = 100'000'000;
    bool any = false;
    for (; !done() && rest_[0] >= '0' && rest_[0] <= '9' && unit > 0; unit /= 10, any = true) {
      nanoseconds += (rest_[0] - '0') * unit;
      rest_.remove_prefix(1);
    }
    return any ? nanoseconds : -1;
  }

 private:
  std::string_view rest_;
};

std::optional<int64_t> take_day(Scanner& scan) {
  const int year = scan.take_number(4, 9999);
  if (year < 1 || !scan.take('-')) return std::nullopt;
  const int month = scan.take_number(2, 12);
  if (month < 1 || !scan.take('-')) return std::nullopt;
  const int day = scan.take_number(2, 31);
  if (day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

// Seconds east of UTC.
std::optional<int64_t> take_zone(Scanner& scan) {
  if (scan.done() || scan.take('Z') || scan.take('z')) return 0;
  const bool east = scan.take('+');
  if (!east && !scan.take('-')) return std::nullopt;
  const int hours = scan.take_number(2, 23);
  scan.take(':');
  const int minutes = scan.take_number(2, 59);
  if (hours < 0 || minutes < 0) return std::nullopt;
  return (east ? 1 : -1) * (hours * 3600 + minutes * 60);
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  Scanner scan(text);
  const auto day = take_day(scan);
  if (!day) return std::nullopt;
  Instant instant{*day * 86'400, 0};
  if (scan.done()) return instant;
  if (!scan.take('T') && !scan.take(' ')) return std::nullopt;
  const int hour = scan.take_number(2, 23);
  if (hour < 0 || !scan.take(':')) return std::nullopt;
  const int minute = scan.take_number(2, 59);
  if (minute < 0) return std::nullopt;
  int second = 0;
  if (scan.take(':')) {
    second = scan.take_number(2, 59);
    if (second < 0) return std::nullopt;
    if (scan.take('.')) instant.second = scan.take_fraction();
    if (instant.second < 0) return std::nullopt;
  }
  const auto east = take_zone(scan);
  if (!east || !scan.done()) return std::nullopt;
  instant.first += hour * 3600 + minute * 60 + second - *east;
  return instant;
}

}  // namespace howdah::prepare
