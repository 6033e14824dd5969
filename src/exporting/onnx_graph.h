// A graph of ONNX that grows node by node. Names of values are unique; those of a layer begin with
// its own.
#pragma once

#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "exporting/proto/onnx.pb.h"
#include "exporting/signature.h"
#include "model/layers.h"
#include "train/safetensors.h"

namespace howdah::exporting {

struct OnnxAttribute {
  std::string name;
  std::variant<int64_t, double, std::vector<int64_t>, std::string, std::vector<std::string>> value;
};

class OnnxGraph {
 public:
  // A node with one output, whose name it returns. `scope`: "3.layers.0".
  std::string add(const std::string& scope, const std::string& op,
                  const std::vector<std::string>& inputs,
                  const std::vector<OnnxAttribute>& attributes = {});
  // One with several.
  std::vector<std::string> add_several(const std::string& scope, const std::string& op,
                                       const std::vector<std::string>& inputs,
                                       const std::vector<OnnxAttribute>& attributes,
                                       size_t outputs);
  // A tensor under its own name, which it returns; a second time it is there already.
  std::string weight(const train::TensorView& tensor);
  std::string constant(const std::string& name, std::span<const float> values,
                       const model::Shape& shape);
  std::string constant(const std::string& name, const std::vector<int64_t>& values);
  std::string constant(const std::string& name, int64_t value);  // a scalar

  void input(const Value& value);
  // `from` goes out as `value`.
  void output(const Value& value, const std::string& from);

  const onnx::GraphProto& proto() const { return graph_; }
  onnx::GraphProto take() { return std::move(graph_); }

 private:
  std::string unique(std::string name);
  onnx::TensorProto* initializer(const std::string& name, onnx::TensorProto::DataType type,
                                 const model::Shape& shape);

  onnx::GraphProto graph_;
  std::set<std::string> names_;
};

}  // namespace howdah::exporting
