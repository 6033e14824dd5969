#include "data/quantity.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace howdah::data {

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<int64_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<size_t>(at), 1, ',');
  return digits;
}

std::string counted(int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

std::string bytes_text(int64_t bytes) {
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return counted(bytes, "byte");
  auto amount = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  // 1023.96 would be written 1024.0 of the smaller unit.
  for (; amount >= 1023.95; ++unit) amount /= 1024;
  return fmt::format("{:.1f} {}", amount, kUnits[unit]);
}

std::string seconds_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e9) return "–";
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(std::round(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", grouped(whole / 3600), whole % 3600 / 60);
}

double share_of(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::string percent(double share) {
  if (!std::isfinite(share)) return "–";
  if (share == 0) return "0%";
  if (share == 1) return "100%";
  if (share > 0 && share < 0.0005) return "<0.1%";
  if (share < 1 && share >= 0.9995) return ">99.9%";
  return fmt::format("{:.1f}%", share * 100);
}

std::string number_text(double number) {
  if (!std::isfinite(number)) return "–";
  const double size = std::abs(number);
  // Beyond 2^53 a double no longer holds each whole number.
  if (size < 1e15 && number == std::trunc(number)) return grouped(static_cast<int64_t>(number));
  if (size >= 1000 && size < 1e6) return grouped(static_cast<int64_t>(std::round(number)));
  return fmt::format("{:.4g}", number);
}

std::string time_text(double seconds) {
  using namespace std::chrono;
  constexpr double kFirst = -62'167'219'200.0, kEnd = 253'402'300'800.0;  // years 0 and 10000
  if (!(seconds >= kFirst && seconds < kEnd)) return "–";
  const sys_seconds instant{duration_cast<std::chrono::seconds>(duration<double>(seconds))};
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  std::string text =
      fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  const auto of_day = (instant - day).count();
  if (of_day != 0) text += fmt::format(" {:02}:{:02}", of_day / 3600, of_day % 3600 / 60);
  return text;
}

}  // namespace howdah::data
