// The master's decisions, one JSON object a line, in a file of the attempt's own:
// <job folder>/journal/attempt-<n>.jsonl. A line is flushed before what it announces happens.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "fs/file_systems.h"

namespace howdah::job {

// What a later attempt needs from the former ones.
struct JournalSummary {
  uint32_t attempts = 0;         // files found
  uint64_t last_generation = 0;  // highest number, 0 when none
  uint32_t next_worker = 0;      // above every worker number
  bool ended = false;            // an EndJob is there
  std::vector<std::string>
      containers;  // launched by former attempts and not known to have finished
};

class Journal {
 public:
  // Recovers the leases of the former attempts' files, reads them to their ends (a torn last line
  // is dropped), and creates this attempt's.
  //   kAborted  a file of this attempt or a later one is there: another master runs
  static Result<std::unique_ptr<Journal>> open(fs::Location folder, uint32_t attempt,
                                               JournalSummary* former, Deadline deadline);
  // Flushed when it returns.  kAborted: the lease was taken by a later attempt: stop at once.
  Status append(const std::string& line, Deadline deadline);
  Status close(Deadline deadline);

 private:
  explicit Journal(std::unique_ptr<fs::OutputFile> file) : file_(std::move(file)) {}
  std::unique_ptr<fs::OutputFile> file_;
};

}  // namespace howdah::job
