// The master's decisions, one JSON object a line, in a file of the attempt's own:
// <job folder>/journal/attempt-<n>.jsonl. A line is flushed before what it announces happens.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
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

// Takes one line into the summary.
//   kCorrupt  it is no entry
Status read_entry(std::string_view line, JournalSummary* summary);

// Belongs to one thread.
class Journal {
 public:
  // Creates this attempt's file, then recovers the leases of the former attempts' files and reads
  // them to their ends (a torn last line is dropped: what it announces did not happen). Of two
  // attempts that open at the same time, the lower one always sees the higher one's file.
  //   kAborted  a file of this attempt or a later one is there: another master runs
  //   kCorrupt  a former file has a line that is no entry
  static Result<std::unique_ptr<Journal>> open(fs::Location folder, uint32_t attempt,
                                               JournalSummary* former, Deadline deadline);
  // Flushed when it returns. After an error every further call returns that error: nothing is
  // written behind a torn line.
  //   kAborted          a later attempt runs: stop at once
  //   kInvalidArgument  the line has a line's end inside
  Status append(const std::string& line, Deadline deadline);
  Status close(Deadline deadline);

 private:
  Journal(fs::Location folder, uint32_t attempt, std::unique_ptr<fs::OutputFile> file)
      : folder_(std::move(folder)), attempt_(attempt), file_(std::move(file)) {}
  Status failed(const Status& why, Deadline deadline);

  const fs::Location folder_;
  const uint32_t attempt_;
  std::unique_ptr<fs::OutputFile> file_;
  Status failure_;
};

}  // namespace howdah::job
