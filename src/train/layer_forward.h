// What each type of layer computes: a function of its own, found by the type (layer_forward.cc;
// those with more to say than a line in forward_*.cc). With libtorch's headers: for network.cc
// only.
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

// What flows between two layers, of a micro-batch (model::Signal says it of one sample).
struct Flow {
  // values: float32 [batch, shape...]; tokens: int64 [batch, length]; sequence: float32 [batch,
  // length, features]. Of the last two the length is the longest of the micro-batch.
  torch::Tensor x;
  // int64 [batch], each at least 1: how many tokens are no padding. Undefined of values.
  torch::Tensor lengths;
};

struct LayerContext {
  bool training = false;
  uint64_t dropout_seed = 0;
  const Flow* memory = nullptr;  // in a decoder: what the encoder gave
};

// One layer at work.
struct LayerCall {
  const model::Layer& layer;
  const model::LayerPlace& place;
  LayerTensors& tensors;
  const Flow& in;  // of the layer's input shape and form
  const LayerContext& context;
};

// The result has the layer's output shape and form. What a layer gives for a record does not depend
// on the padding that follows it, nor on the other records (BatchNorm apart). Throws c10::Error,
// std::bad_alloc, and std::invalid_argument for a micro-batch that the layer cannot train on.
Flow layer_forward(const LayerCall& call);
// A block's output from those of its branches.
Flow merge_forward(const model::Layer& layer, const std::vector<Flow>& outputs);

}  // namespace howdah::train
