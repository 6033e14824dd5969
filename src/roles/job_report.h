// What the master knows of a job for people: progress, evaluations, phases, bytes. Makes the events
// of followers, the lines of metrics/train.jsonl, and summary.json (DESIGN §6).
//
// One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "job/coordinator.h"
#include "job/job_spec.h"
#include "roles/proto/control.pb.h"

namespace howdah::roles {

// Milliseconds since 1970. Phases are durations that follow each other and add up to `total`.
struct JobTimes {
  int64_t started = 0;     // the user's command began
  int64_t submitted = 0;   // YARN took the application
  int64_t master = 0;      // the master's process runs
  int64_t formed = 0;      // the first generation stands
  int64_t first_step = 0;  // the first step was applied
  int64_t ended = 0;
};

class JobReport {
 public:
  JobReport(std::string job_id, std::string application_id, const job::JobSpec& spec);

  JobTimes times;
  // Remembers what a worker said. Returns the line for metrics/train.jsonl, if it is worth one.
  std::optional<std::string> note(uint32_t worker, const control::FromWorker& message,
                                  int64_t now_ms);
  // The message as an event for followers, where they are told of it.
  std::optional<control::JobEvent> event(const control::FromWorker& message) const;
  const control::Progress& progress() const { return progress_; }
  // In [0, 1].
  double fraction() const;

  std::string summary_json(const job::Ending& ending, const job::CoordinatorCounts& counts) const;

 private:
  void add_times(const control::Progress& progress);

  const std::string job_id_, application_id_;
  const int requested_;
  control::Progress progress_;
  double waited_ms_ = 0, stepped_ms_ = 0;  // of the member that leads: for data, in all steps
  std::map<std::string, control::Evaluation> evaluations_;  // the latest of each part
  std::map<uint32_t, control::InputBytes> input_;           // by worker
  control::Done done_;
};

int64_t wall_clock_ms();

}  // namespace howdah::roles
