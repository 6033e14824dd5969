// A map task of a preparation: reads its portions of the source and emits what the reducers need.
#pragma once

#include <cstdio>

#include "data/preparation.h"

namespace howdah::data {

// The line of standard input that names a mapper's portions, and back.
std::string portions_line(const std::vector<formats::Portion>& portions);
Result<std::vector<formats::Portion>> portions_of(const std::string& line);

// `in`: lines of portions. `out`: pairs (pair_stream.h), for `reduces` reducers. What is wrong with
// the data itself is told to the reducers; an error of the task may go away when it is tried again.
Status run_map_task(Preparation& preparation, int reduces, std::FILE* in, std::FILE* out,
                    std::stop_token stop);

}  // namespace howdah::data
