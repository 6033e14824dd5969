// Log lines on standard error: "2026-11-23T20:44:08.123Z INFO text". Containers' standard error is
// what `howdah logs` shows, so a line is for a person.
//
// Thread-safe. A call below the level costs one load.
#pragma once

#include <fmt/core.h>

#include <string_view>

namespace howdah::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// From HOWDAH_LOG (debug, info, warning, error) at the start; info otherwise.
void set_level(Level level);
bool enabled(Level level);
void write(Level level, std::string_view text);

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kDebug))
    write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kInfo)) write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kWarning))
    write(Level::kWarning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kError))
    write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace howdah::log
