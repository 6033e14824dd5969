// What each type of layer computes. With libtorch's headers: for network.cc only.
#pragma once

#include <torch/torch.h>

#include <span>
#include <vector>

#include "model/layer_walk.h"

namespace howdah::train {

struct LayerTensors {
  std::span<const torch::Tensor> parameters;  // as infer_shapes lists them
  std::vector<torch::Tensor> buffers;         // of this micro-batch: BatchNorm changes them
};

// x: float32 [batch, ...] with the layer's input shape; the result has its output shape.
// Throws c10::Error, std::bad_alloc, and std::invalid_argument for a micro-batch that the layer
// cannot train on.
torch::Tensor layer_forward(const model::Layer& layer, const model::LayerPlace& place,
                            LayerTensors& tensors, const torch::Tensor& x, bool training,
                            uint64_t dropout_seed);
// A block's output from those of its branches.
torch::Tensor merge_forward(const model::Layer& layer, const std::vector<torch::Tensor>& outputs);

}  // namespace howdah::train
