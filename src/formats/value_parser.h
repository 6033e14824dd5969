// Texts of values to numbers, dates and times.
//
// parse_* take what a file usually holds, in a few nanoseconds; parse_*_slowly take all that there
// is: blanks around, a plus, exponents, "inf". Both refuse what does not fit: nothing is rounded
// but digits beyond what a double or a microsecond holds. The text's 16 bytes behind its end must
// be readable.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace howdah::formats {

namespace internal {

// The 1 to 8 digits at `from`; false where something else is among them.
inline bool parse_digits_8(const char* from, size_t count, uint64_t* value) {
  uint64_t text;
  std::memcpy(&text, from, sizeof text);
  uint64_t digits = (text ^ 0x3030303030303030u) << (64 - 8 * count);
  if (((digits | (digits + 0x7676767676767676u)) & 0x8080808080808080u) != 0) return false;
  digits = digits * 10 + (digits >> 8);
  *value = (((digits & 0x000000ff000000ffu) * 0x000f424000000064u) +
            (((digits >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u)) >>
           32;
  return true;
}

inline constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Days since 1970-01-01 in the Gregorian calendar.
inline int32_t days_of(int32_t year, uint32_t month, uint32_t day) {
  year -= month <= 2;
  const int32_t era = (year >= 0 ? year : year - 399) / 400;
  const auto of_era = static_cast<uint32_t>(year - era * 400);
  const uint32_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + static_cast<int32_t>(of_era * 365 + of_era / 4 - of_era / 100 + of_year) -
         719468;
}

inline bool two_digits(const char* at, uint32_t* value) {
  const auto high = static_cast<uint32_t>(at[0]) - '0', low = static_cast<uint32_t>(at[1]) - '0';
  *value = high * 10 + low;
  return high < 10 && low < 10;
}

}  // namespace internal

// [-]digits, at most 16.
inline bool parse_int64(std::string_view text, int64_t* value) {
  const char* at = text.data();
  size_t count = text.size();
  const bool negative = count > 0 && *at == '-';
  at += negative;
  count -= negative;
  uint64_t magnitude = 0;
  if (count - 1 < 8) {
    if (!internal::parse_digits_8(at, count, &magnitude)) return false;
  } else if (count - 9 < 8) {
    uint64_t low = 0;
    if (!internal::parse_digits_8(at, count - 8, &magnitude)) return false;
    if (!internal::parse_digits_8(at + count - 8, 8, &low)) return false;
    magnitude = magnitude * 100'000'000 + low;
  } else {
    return false;
  }
  *value = negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
  return true;
}
bool parse_int64_slowly(std::string_view text, int64_t* value);

// [-]digits[.digits], with at most 15 significant digits: such a quotient is rounded once, and so
// correctly.
inline bool parse_float64(std::string_view text, double* value) {
  const char* at = text.data();
  size_t count = text.size();
  const bool negative = count > 0 && *at == '-';
  at += negative;
  count -= negative;
  uint64_t mantissa = 0;
  size_t decimals = 0;
  if (count - 1 < 8) {
    uint64_t bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    const uint64_t dots = bytes ^ 0x2e2e2e2e2e2e2e2eu;
    const uint64_t hit = (dots - 0x0101010101010101u) & ~dots & 0x8080808080808080u;
    const size_t dot = hit != 0 ? static_cast<size_t>(__builtin_ctzll(hit)) / 8 : 8;
    if (dot < count) {
      if (count == 1) return false;
      const uint64_t below = (uint64_t{1} << (8 * dot)) - 1;
      const uint64_t squeezed = (bytes & below) | ((bytes >> 8) & ~below);
      char digits[8];
      std::memcpy(digits, &squeezed, sizeof digits);
      if (!internal::parse_digits_8(digits, count - 1, &mantissa)) return false;
      decimals = count - 1 - dot;
    } else if (!internal::parse_digits_8(at, count, &mantissa)) {
      return false;
    }
  } else {
    if (count - 1 >= 17) return false;
    size_t dot = count, digits = 0;
    for (size_t i = 0; i < count; ++i) {
      const auto digit = static_cast<uint32_t>(at[i]) - '0';
      if (digit < 10) {
        mantissa = mantissa * 10 + digit;
        digits += mantissa != 0;
      } else if (at[i] == '.' && dot == count) {
        dot = i;
      } else {
        return false;
      }
    }
    if (digits > 15) return false;
    decimals = dot == count ? 0 : count - 1 - dot;
  }
  const double magnitude = static_cast<double>(mantissa) / internal::kPowersOfTen[decimals];
  *value = negative ? -magnitude : magnitude;
  return true;
}
bool parse_float64_slowly(std::string_view text, double* value);

// true, false, True, False, TRUE, FALSE.
inline bool parse_bool(std::string_view text, bool* value) {
  if (text.size() == 4) {
    *value = true;
    return text == "true" || text == "True" || text == "TRUE";
  }
  *value = false;
  return text.size() == 5 && (text == "false" || text == "False" || text == "FALSE");
}

// "2013-01-31": days since 1970.
inline bool parse_date(std::string_view text, int32_t* days) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const char* at = text.data();
  uint32_t century = 0, year = 0, month = 0, day = 0;
  if (!internal::two_digits(at, &century) || !internal::two_digits(at + 2, &year) ||
      !internal::two_digits(at + 5, &month) || !internal::two_digits(at + 8, &day))
    return false;
  year += century * 100;
  constexpr uint8_t kDays[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month - 1 >= 12 || day == 0 || day > kDays[month]) return false;
  if (month == 2 && day == 29 && (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0)))
    return false;
  *days = internal::days_of(static_cast<int32_t>(year), month, day);
  return true;
}

// ISO 8601: a date, 'T' or a blank, HH:MM[:SS[.digits]], then nothing (UTC), 'Z' or +HH[[:]MM]; or
// a date alone. Microseconds since 1970, UTC.
bool parse_timestamp(std::string_view text, int64_t* microseconds);

}  // namespace howdah::formats
