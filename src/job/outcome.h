// How a job, or one worker, ended. Typed, so that YARN's diagnostics, the exit code, summary.json
// and the coordinator's rules agree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace howdah::job {

enum class Outcome { kSucceeded, kFailed, kKilled };

enum class Cause {
  kNone,
  kUserCode,  // the program of the user, or a crash of the worker's own code (signal)
  kOutOfMemory,
  kLostNode,
  kDisk,  // full, failed, or files that could not be localized
  kHdfs,  // the file system refused or stayed away
  kPreempted,
  kConfiguration,  // the job asks for what cannot be
  kData,           // a record or file of the dataset is broken
  kNumeric,        // NaN or infinity
  kTimeout,        // workers did not come, or came and stayed silent
  kPermission,
  kStopped,  // somebody asked for it
  kInternal,
};

std::string_view outcome_name(Outcome outcome);  // "SUCCEEDED", "FAILED", "KILLED"
std::string_view cause_name(Cause cause);        // "out of memory", ...; empty for kNone
Cause cause_from_name(std::string_view name);    // kInternal for an unknown one
// What an error inside a worker means for the job.
Cause cause_of(const Status& status);
// True where another container may fare better: lost nodes, preemption, a full disk, a kill.
bool worth_another_try(Cause cause);

struct Ending {
  Outcome outcome = Outcome::kSucceeded;
  Cause cause = Cause::kNone;
  std::string message;  // one line: the first failing worker, what and where; or who killed it
  int worker = -1;      // the first failing worker; -1 for none
  std::string stderr_tail;
  // "FAILED (out of memory): worker 3 on node7: ..."
  std::string to_string() const;
};

}  // namespace howdah::job
