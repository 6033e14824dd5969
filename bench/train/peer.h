// The same network by the book: torch::nn, torch::optim, one process.
#pragma once

#include "dataset/index.h"

namespace howdah::bench {

// Trains `steps` steps and prints "median MILLISECONDS".
int run_peer(const std::string& folder, int64_t steps, int threads);

}  // namespace howdah::bench
