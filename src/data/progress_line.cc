#include "data/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

namespace howdah::data {
namespace {

std::string size_text(double bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  while (bytes >= 1024 && unit < 4) bytes /= 1024, ++unit;
  return fmt::format("{:.{}f} {}", bytes, unit && bytes < 100 ? 1 : 0, kUnits[unit]);
}

std::string time_text(double seconds) {
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

}  // namespace

ProgressLine::ProgressLine(std::FILE* to, bool wanted)
    : to_(to), wanted_(wanted), terminal_(::isatty(::fileno(to)) == 1) {}

ProgressLine::~ProgressLine() {
  const std::lock_guard lock(mutex_);
  erase();
}

void ProgressLine::erase() {
  if (drawn_) std::fputs("\r\x1b[K", to_);
  drawn_ = false;
  std::fflush(to_);
}

void ProgressLine::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  if (!wanted_) return;
  erase();
  fmt::print(to_, "{}\n", line);
  std::fflush(to_);
}

std::string ProgressLine::text(const RunProgress& progress, double seconds) const {
  const auto done = static_cast<double>(progress.done_bytes);
  const auto total = static_cast<double>(progress.total_bytes);
  std::string text = progress.phase;
  if (total > 0) text += fmt::format(" {:3.0f}%  {}", 100 * done / total, size_text(done));
  const double rate = seconds > 0 ? (done - static_cast<double>(phase_from_)) / seconds : 0;
  if (rate > 0 && seconds > 0.5)
    text += fmt::format("  {}/s  {} left", size_text(rate), time_text((total - done) / rate));
  return text;
}

void ProgressLine::show(const RunProgress& progress) {
  const std::lock_guard lock(mutex_);
  if (!wanted_) return;
  const auto now = Clock::now();
  if (progress.phase != phase_ || progress.done_bytes < phase_from_) {
    phase_ = progress.phase;
    phase_started_ = shown_ = now;
    phase_from_ = progress.done_bytes;
  }
  const auto every = terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10'000);
  if (now - shown_ < every) return;
  shown_ = now;
  const std::string line =
      text(progress, std::chrono::duration<double>(now - phase_started_).count());
  if (terminal_)
    fmt::print(to_, "\r\x1b[K{}", line);
  else
    fmt::print(to_, "{}\n", line);
  drawn_ = terminal_;
  std::fflush(to_);
}

}  // namespace howdah::data
