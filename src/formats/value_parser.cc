#include "formats/value_parser.h"

#include <arrow/util/value_parsing.h>

#include <charconv>

namespace howdah::formats {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+') text.remove_prefix(1);
  return text;
}

// "+01", "+0130", "+01:30": the seconds east of Greenwich.
bool parse_zone(std::string_view text, int64_t* seconds) {
  if (text == "Z") return *seconds = 0, true;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return false;
  uint32_t hours = 0, minutes = 0;
  if (!internal::two_digits(text.data() + 1, &hours)) return false;
  const bool negative = text[0] == '-';
  text.remove_prefix(3);
  if (text.size() == 3 && text[0] == ':') text.remove_prefix(1);
  if (text.size() == 2) {
    if (!internal::two_digits(text.data(), &minutes)) return false;
  } else if (!text.empty()) {
    return false;
  }
  if (hours > 23 || minutes > 59) return false;
  *seconds = int64_t{hours} * 3600 + int64_t{minutes} * 60;
  if (negative) *seconds = -*seconds;
  return true;
}

}  // namespace

bool parse_int64_slowly(std::string_view text, int64_t* value) {
  text = trimmed(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_float64_slowly(std::string_view text, double* value) {
  text = trimmed(text);
  return !text.empty() && arrow::internal::StringToFloat(text.data(), text.size(), '.', value);
}

bool parse_timestamp(std::string_view text, int64_t* microseconds) {
  int32_t days = 0;
  if (text.size() < 10 || !parse_date(text.substr(0, 10), &days)) return false;
  int64_t seconds = int64_t{days} * 86'400, fraction = 0;
  text.remove_prefix(10);
  if (!text.empty()) {
    uint32_t hour = 0, minute = 0, second = 0;
    if (text.size() < 6 || (text[0] != 'T' && text[0] != ' ') || text[3] != ':') return false;
    if (!internal::two_digits(text.data() + 1, &hour) ||
        !internal::two_digits(text.data() + 4, &minute))
      return false;
    text.remove_prefix(6);
    if (text.size() >= 3 && text[0] == ':') {
      if (!internal::two_digits(text.data() + 1, &second)) return false;
      text.remove_prefix(3);
      if (!text.empty() && text[0] == '.') {
        size_t count = 1;
        int64_t scale = 1'000'000;
        for (; count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
          scale /= 10;
          fraction += (text[count] - '0') * scale;
        }
        if (count == 1 || count > 10) return false;
        text.remove_prefix(count);
      }
    }
    if (hour > 23 || minute > 59 || second > 59) return false;
    seconds += hour * 3600 + minute * 60 + second;
    int64_t zone = 0;
    if (!text.empty() && !parse_zone(text, &zone)) return false;
    seconds -= zone;
  }
  *microseconds = seconds * 1'000'000 + fraction;
  return true;
}

}  // namespace howdah::formats
