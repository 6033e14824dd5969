// What the inference of one layer's shape works with: the layer, how to speak of it, and the checks
// that many types share. `shape` comes with input, and output equal to it.
#pragma once

#include <string>

#include "model/layer_walk.h"

namespace howdah::model {

// Far above what fits a machine, far below where products of two overflow.
inline constexpr int64_t kMaxExtent = int64_t{1} << 28;
inline constexpr int64_t kMaxElements = int64_t{1} << 36;

int64_t elements(const Shape& shape);  // INT64_MAX where the product overflows

struct LayerInference {
  const Layer& layer;
  const LayerPlace& place;
  const Signal* memory = nullptr;  // what the encoder gives; null outside a decoder
  bool causal = false;             // no layer may look ahead

  // "layer 4, layers 1 (conv2d) ..." with the layer's place in the job file.
  Status error(const std::string& text) const;
  Status too_large(const Shape& output) const;
  Status positive(std::string_view name, int64_t value) const;
  Status positive(std::string_view name, const Pair& pair) const;
  Status expect(bool holds, std::string_view input, const Shape& found) const;
  // [channels, height, width], or [channels, length] for a type of one dimension.
  Status want_image(const Shape& input) const;
  // Whether the type goes with the form of its input (LayerTypeRow::takes).
  Status takes(const Signal& input) const;
  // What the encoder gives, [length, features], for a layer that looks at it.
  Result<Shape> memory_sequence() const;
  // For a layer whose places see those that follow them, as `advice` avoids.
  Status looks_ahead(const std::string& advice) const;
  // Extents and elements within the limits; counts the parameters.
  Status finish(LayerShape& shape) const;
};

Status infer_convolution(const LayerInference& layer, LayerShape& shape);
Status infer_pooling(const LayerInference& layer, LayerShape& shape);
Status infer_global_pooling(const LayerInference& layer, LayerShape& shape);
Status infer_adaptive_pooling(const LayerInference& layer, LayerShape& shape);
Status infer_batch_norm(const LayerInference& layer, LayerShape& shape);
Status infer_layer_norm(const LayerInference& layer, LayerShape& shape);
Status infer_group_norm(const LayerInference& layer, LayerShape& shape);
Status infer_dense(const LayerInference& layer, LayerShape& shape);
Status infer_dropout(const LayerInference& layer, LayerShape& shape);
Status infer_flatten(const LayerInference& layer, LayerShape& shape);
Status infer_reshape(const LayerInference& layer, LayerShape& shape);
Status infer_activation(const LayerInference& layer, LayerShape& shape);
Status infer_softmax(const LayerInference& layer, LayerShape& shape);
Status infer_embedding(const LayerInference& layer, LayerShape& shape);
Status infer_recurrent(const LayerInference& layer, LayerShape& shape);
Status infer_embed_columns(const LayerInference& layer, LayerShape& shape);
Status infer_one_hot_columns(const LayerInference& layer, LayerShape& shape);
Status infer_multi_head_attention(const LayerInference& layer, LayerShape& shape);
Status infer_attention(const LayerInference& layer, LayerShape& shape);
Status infer_luong_attention(const LayerInference& layer, LayerShape& shape);
Status infer_positional_encoding(const LayerInference& layer, LayerShape& shape);
Status infer_transformer(const LayerInference& layer, LayerShape& shape);
// Blocks: from the outputs of the branches.
Result<Signal> merge_signals(const LayerInference& layer, const std::vector<Signal>& outputs);

// A weight and a bias with PyTorch's bounds: uniform within 1 / sqrt(fan in).
void add_linear(LayerShape& shape, const Shape& weight, bool bias);
// A weight of ones and a bias of zeros.
void add_scale(LayerShape& shape, const Shape& scale);

}  // namespace howdah::model
