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
  // The layer's own tensor "weight".
  std::string tensor(const std::string& name) const {
    return graph.weight(model.tensor(shape.name + "." + name));
  }
  std::string scalar(const std::string& name, double value) const {
    const auto number = static_cast<float>(value);
    return graph.constant(shape.name + "." + name, std::span(&number, 1), {});
  }
  std::string list(const std::string& name, const std::vector<int64_t>& values) const {
    return graph.constant(shape.name + "." + name, values);
  }
};

// The name of the layer's output; x: that of its input, [batch, ...] as the layer's shapes say.
//   kUnsupported  no row for this type
Result<std::string> onnx_layer(const OnnxLayer& at, const std::string& x);
// A block's output from those of its branches.
std::string onnx_merge(const OnnxLayer& at, const std::vector<std::string>& outputs);

std::string onnx_convolution(const OnnxLayer& at, const std::string& x);
std::string onnx_max_pool(const OnnxLayer& at, const std::string& x);
std::string onnx_average_pool(const OnnxLayer& at, const std::string& x);
std::string onnx_global_average_pool(const OnnxLayer& at, const std::string& x);
std::string onnx_adaptive_average_pool(const OnnxLayer& at, const std::string& x);

}  // namespace howdah::exporting
