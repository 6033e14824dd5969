// One worker of Howdah, as a process of the benchmark.
#pragma once

#include <cstdint>
#include <string>

namespace howdah::bench {

// Says "address HOST:PORT", reads "form RANK ADDRESS BEGIN END [ADDRESS BEGIN END]...", trains, and
// says
//   steps > 0   "median MILLISECONDS WAIT COMPUTE COMMUNICATE UPDATE" after so many steps
//   otherwise   "epoch NUMBER SECONDS LOSS" each epoch, "test ACCURACY RECALL F1", "model SHA256"
int run_worker(const std::string& folder, int streams, int64_t steps, int64_t epochs);

}  // namespace howdah::bench
