// From a micro-batch's records to what the network is to say of them. With libtorch's headers.
#pragma once

#include <torch/torch.h>

#include "dataset/stream_reader.h"
#include "model/training.h"

namespace howdah::train {

// Of classes: int64 [batch]; of a binary classification: float32 [batch, 1], 0 or 1; of a
// regression: float32 [batch, values]; of the tasks that say something of each token: int64
// [batch, length], 0 where there is none, with the length of `outputs`, [batch, length, classes].
//   throws std::invalid_argument  a label that is no class
torch::Tensor targets_of(const dataset::RecordBatch& batch, const model::Training& training,
                         const torch::Tensor& outputs);

}  // namespace howdah::train
