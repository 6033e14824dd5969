// What looks at several steps of a text at once, and not at its padding. With libtorch's headers.
#pragma once

#include "train/layer_forward.h"

namespace howdah::train {

// bool [batch, length]: true where a text has ended.
torch::Tensor padding_mask(const torch::Tensor& lengths, int64_t length);

// Mean and maximum over all places of values [batch, channels, ...], over the steps of a sequence.
Flow global_average_pool_forward(const LayerCall& call);
Flow global_max_pool_forward(const LayerCall& call);
// conv1d on a sequence; what lies beyond a text counts as zeros.
torch::Tensor convolve_sequence(const LayerCall& call);

}  // namespace howdah::train
