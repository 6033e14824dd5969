// Which values dropout sets to zero. With libtorch's headers.
#pragma once

#include <torch/torch.h>

namespace howdah::train {

// float32, contiguous: zero with probability `rate`, else 1 / (1 - rate). The j-th element depends
// on (seed, layer, which, j) alone, however many threads there are. which: of several masks that
// one layer needs.
torch::Tensor dropout_mask(torch::IntArrayRef sizes, double rate, uint64_t seed, int layer,
                           uint64_t which = 0);

}  // namespace howdah::train
