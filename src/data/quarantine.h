// The quarantine: records that were dropped, as lines of JSON.
#pragma once

#include <string>
#include <vector>

#include "data/dropped_records.h"

namespace howdah::data {

// {"file", "chunk", "row", "rule", "reason", "content"[, "offset"]} each; `file` is the name below
// the source's folder.
std::string quarantine_lines(const std::vector<DroppedRecord>& records,
                             const formats::Source& source);
// Below the work folder, of one reading of the data.
std::string quarantine_path(int round);

}  // namespace howdah::data
