// Turns step reports into messages of progress, at most a few a second.
#pragma once

#include <chrono>
#include <optional>

#include "parallel/data_parallel.h"
#include "roles/proto/control.pb.h"

namespace howdah::worker {

class ProgressMeter {
 public:
  // Starts a generation: rates are of this one.
  void restart();
  // A message when one is due, or `now` asks for it.
  std::optional<control::FromWorker> add(const parallel::StepReport& report, uint64_t generation,
                                         int64_t total_steps, int64_t epochs, bool now);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kEvery{200};
  Clock::time_point since_;
  int64_t steps_ = 0, records_ = 0, correct_ = 0, answers_ = 0;
  double data_ms_ = 0, compute_ms_ = 0, communicate_ms_ = 0;
};

}  // namespace howdah::worker
