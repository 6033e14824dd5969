// How far a preparation is: on a terminal one line that is drawn again and again, otherwise a line
// every ten seconds.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>

#include "data/preparation.h"

namespace howdah::data {

class ProgressLine {
 public:
  ProgressLine(std::FILE* to, bool wanted);
  ~ProgressLine();  // leaves the terminal's line clean

  void show(const RunProgress& progress);
  void say(const std::string& line);

 private:
  using Clock = std::chrono::steady_clock;
  void erase();  // with the lock
  std::string text(const RunProgress& progress, double seconds) const;

  std::FILE* const to_;
  const bool wanted_, terminal_;
  std::mutex mutex_;  // guards all below
  std::string phase_;
  Clock::time_point phase_started_, shown_;
  int64_t phase_from_ = 0;
  bool drawn_ = false;
};

}  // namespace howdah::data
