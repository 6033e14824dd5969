#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>

namespace howdah::log {
namespace {
Level level_from_environment() {
  const char* value = std::getenv("HOWDAH_LOG");
  const std::string_view name = value ? value : "";
  if (name == "debug") return Level::kDebug;
  if (name == "warning") return Level::kWarning;
  if (name == "error") return Level::kError;
  return Level::kInfo;
}
std::atomic<Level>& current_level() {
  static std::atomic<Level> level{level_from_environment()};
  return level;
}
constexpr std::string_view kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
}  // namespace

void set_level(Level level) {
  current_level() = level;
}
bool enabled(Level level) {
  return level >= current_level().load(std::memory_order_relaxed);
}

void write(Level level, std::string_view text) {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()) % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  const std::string line =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z {} {}\n", utc.tm_year + 1900,
                  utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, ms.count(),
                  kNames[static_cast<size_t>(level)], text);
  // One write a line: lines of several threads and processes do not mix.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace howdah::log
