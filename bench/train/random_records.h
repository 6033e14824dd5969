// A dataset of random records that fits a job: what a step takes does not depend on what they say.
#pragma once

#include "dataset/index.h"
#include "model/training.h"

namespace howdah::bench {

// Writes the records into `folder`: one partition "train", in one chunk. Texts are of full length
// where `least_length` is the input's; otherwise of any length from that on.
//   and the errors of FileSystem
Result<dataset::Index> write_random_records(const model::Training& training, int64_t records,
                                            int64_t least_length, const fs::Location& folder);

inline constexpr const char* kRandomRecordsFile = "train.bin";

}  // namespace howdah::bench
