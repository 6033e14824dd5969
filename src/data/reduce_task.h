// A reduce task of a preparation: merges what mappers learnt, judges groups of equal keys, writes
// output files. What it makes lies in the task's own folder, which Hadoop moves into the job's
// output when the task has succeeded: each file is there once, however many attempts there were.
#pragma once

#include <cstdio>

#include "data/preparation.h"

namespace howdah::data {

// `in`: pairs (pair_stream.h), sorted by key. `folder`: the task's own. Nothing goes to standard
// output.
Status run_reduce_task(Preparation& preparation, int reducer, const fs::Location& folder,
                       std::FILE* in, std::stop_token stop);

}  // namespace howdah::data
