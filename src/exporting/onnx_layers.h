// What each type of layer is in ONNX's operators (opset 17). A new type is a row in onnx_layers.cc.
#pragma once

#include "exporting/layer_table.h"
#include "exporting/onnx_graph.h"

namespace howdah::exporting {

struct OnnxLayer : LayerAt {
  OnnxGraph& graph;
  const TrainedModel& model;

  std::string add(const std::string& op, const std::vector<std::string>& inputs,
                  const std::vector<OnnxAttribute>& attributes = {}) const {
    return graph.add(shape.name, op, inputs, attributes);
  }
  // The layer's own tensor "weight", or the one that it shares.
  std::string tensor(const std::string& name) const {
    return graph.weight(model.tensor(tensor_name(name)));
  }
  std::string scalar(const std::string& name, double value) const {
    const auto number = static_cast<float>(value);
    return graph.constant(shape.name + "." + name, std::span(&number, 1), {});
  }
  std::string list(const std::string& name, const std::vector<int64_t>& values) const {
    return graph.constant(shape.name + "." + name, values);
  }
  std::string whole(const std::string& name, int64_t value) const {
    return graph.constant(shape.name + "." + name, value);
  }
  // With an extent of 1 more at each of the axes.
  std::string unsqueezed(const std::string& x, const std::vector<int64_t>& axes) const {
    return add("Unsqueeze", {x, list("axes", axes)});
  }
};

// The name of the layer's output; x: that of its input, [batch, ...] as the layer's shapes say.
//   kUnsupported  no row for this type
Result<std::string> onnx_layer(const OnnxLayer& at, const std::string& x);
// A block's output from those of its branches.
std::string onnx_merge(const OnnxLayer& at, const std::vector<std::string>& outputs);

// x W' + b over the last axis; without a bias where its name is empty.
std::string onnx_linear(const OnnxLayer& at, const std::string& x, const std::string& weight,
                        const std::string& bias);
std::string onnx_gelu(const OnnxLayer& at, const std::string& x);

std::string onnx_convolution(const OnnxLayer& at, const std::string& x);
std::string onnx_max_pool(const OnnxLayer& at, const std::string& x);
std::string onnx_average_pool(const OnnxLayer& at, const std::string& x);
std::string onnx_global_average_pool(const OnnxLayer& at, const std::string& x);
std::string onnx_global_max_pool(const OnnxLayer& at, const std::string& x);
std::string onnx_adaptive_average_pool(const OnnxLayer& at, const std::string& x);

std::string onnx_embedding(const OnnxLayer& at, const std::string& x);
std::string onnx_embed_columns(const OnnxLayer& at, const std::string& x);
std::string onnx_one_hot_columns(const OnnxLayer& at, const std::string& x);

// Of [batch, steps, ...]: int64, 0, 1, ... for each step.
std::string onnx_steps(const OnnxLayer& at, const std::string& x);
// bool [batch, steps]: true where a text has not ended.
std::string onnx_text_mask(const OnnxLayer& at, const Wire& text);
// A sequence with `value` in its padding, whatever stood there.
std::string onnx_filled(const OnnxLayer& at, const std::string& x, double value);
std::string onnx_sequence_convolution(const OnnxLayer& at, const std::string& x);
std::string onnx_sequence_average(const OnnxLayer& at, const std::string& x);
std::string onnx_sequence_max(const OnnxLayer& at, const std::string& x);

std::string onnx_recurrent(const OnnxLayer& at, const std::string& x);
std::string onnx_multi_head_attention(const OnnxLayer& at, const std::string& x);  // and cross
std::string onnx_attention(const OnnxLayer& at, const std::string& x);
std::string onnx_luong_attention(const OnnxLayer& at, const std::string& x);
std::string onnx_positional_encoding(const OnnxLayer& at, const std::string& x);
std::string onnx_transformer(const OnnxLayer& at, const std::string& x);  // encoder and decoder

}  // namespace howdah::exporting
