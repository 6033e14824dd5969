// What one reading of the data yields besides the records themselves: what the steps learn, and the
// tally. Results of different readers of one round merge exactly, in any order.
//
// Belongs to one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/tally.h"
#include "transform/step.h"

namespace howdah::data {

struct RoundResults {
  // By item of the pipeline; null where the item learns nothing in this round.
  std::vector<std::unique_ptr<transform::Collector>> collectors;
  std::unique_ptr<transform::Collector> splitter, partitioner;
  Tally tally;
  // Where steps learn from the training part alone: the records that they saw, of all parts, and
  // those of it.
  int64_t dealt_rows = 0, training_rows = 0;
  bool wants_quarantine = false;      // of records that steps drop
  bool wants_bad_quarantine = false;  // of records that cannot be read

  // Of the last chunk; whoever feeds the results takes them after each.
  std::vector<std::vector<transform::GroupEntry>> groups;  // by item
  std::vector<DroppedRecord> quarantined;

  void write_to(std::string& bytes) const;
  // Adds what other results of the same round wrote. kCorrupt.
  Status merge(statistics::ByteReader& bytes);
  Status merge(const RoundResults& other);
};

}  // namespace howdah::data
