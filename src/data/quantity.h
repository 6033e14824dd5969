// How quantities are written for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace howdah::data {

// 1234567 -> "1,234,567".
std::string grouped(int64_t number);
// "1 file", "36 files": for nouns whose plural ends in s.
std::string counted(int64_t number, std::string_view noun);
// "29.6 MiB".
std::string bytes_text(int64_t bytes);
// "3.2 s", "4 min 12 s", "2 h 03 min"; "–" where it is not finite.
std::string seconds_text(double seconds);
// 0 where there is no whole.
double share_of(int64_t part, int64_t whole);
// 0.128 -> "12.8%"; what is there but small is "<0.1%", what is nearly all ">99.9%"; "–" where it
// is not finite.
std::string percent(double share);
// Four digits that count: "13.02", "1,301", "3.4e+09"; "–" where it is not finite.
std::string number_text(double number);
// Seconds since 1970 UTC -> "2013-07-09 14:00", without the time at midnight; "–" where there is no
// such year of four digits.
std::string time_text(double seconds);

}  // namespace howdah::data
