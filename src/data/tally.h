// What a preparation counts as it reads: effects of the steps, bad records, rows of each partition
// and class, profiles, a sample of what was dropped. Tallies merge exactly, in any order, also over
// rounds.
//
// Belongs to one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/dropped_records.h"
#include "data/piece_counts.h"
#include "data/profile.h"
#include "transform/records.h"

namespace howdah::data {

struct Tally {
  std::vector<transform::StepEffect> effects;  // by item of the pipeline
  // Of items that were tried ahead of their turn when the pieces were counted, by item: what they
  // will have done when their effects are counted.
  std::map<size_t, transform::StepEffect> foreseen;
  std::map<std::string, int64_t> bad_records;  // by rule: "ragged_row"...; "filter" of good ones
  int64_t rows_read = 0, values_become_missing = 0;
  PieceCounts pieces;
  std::map<std::string, std::map<uint8_t, int64_t>> classes;  // value → part → rows
  std::unique_ptr<Profile> before, after;
  DroppedRecords sample;

  void write_to(std::string& bytes) const;
  // Adds what another tally of the same preparation wrote. kCorrupt.
  Status merge(statistics::ByteReader& bytes);
};

}  // namespace howdah::data
