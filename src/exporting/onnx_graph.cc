#include "exporting/onnx_graph.h"

#include <fmt/format.h>

#include <charconv>

namespace howdah::exporting {
namespace {

void set(onnx::AttributeProto& attribute, int64_t value) {
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}
void set(onnx::AttributeProto& attribute, double value) {
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(static_cast<float>(value));
}
void set(onnx::AttributeProto& attribute, const std::string& value) {
  attribute.set_type(onnx::AttributeProto::STRING);
  attribute.set_s(value);
}
void set(onnx::AttributeProto& attribute, const std::vector<int64_t>& values) {
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const int64_t value : values) attribute.add_ints(value);
}
void set(onnx::AttributeProto& attribute, const std::vector<std::string>& values) {
  attribute.set_type(onnx::AttributeProto::STRINGS);
  for (const std::string& value : values) attribute.add_strings(value);
}

void describe(onnx::ValueInfoProto& proto, const Value& value) {
  proto.set_name(value.name);
  auto& tensor = *proto.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(value.dtype == "uint8"   ? onnx::TensorProto::UINT8
                       : value.dtype == "int64" ? onnx::TensorProto::INT64
                                                : onnx::TensorProto::FLOAT);
  for (const std::string& extent : value.extents) {
    auto& dimension = *tensor.mutable_shape()->add_dim();
    int64_t number = 0;
    const auto [end, error] = std::from_chars(extent.data(), extent.data() + extent.size(), number);
    if (error == std::errc())
      dimension.set_dim_value(number);
    else
      dimension.set_dim_param(extent);
  }
}

template <class Number>
std::string raw(std::span<const Number> values) {
  return std::string(as_text(std::as_bytes(values)));
}

}  // namespace

std::string OnnxGraph::unique(std::string name) {
  const std::string first = name;
  for (int i = 2; !names_.insert(name).second; ++i) name = fmt::format("{}_{}", first, i);
  return name;
}

std::string OnnxGraph::add(const std::string& scope, const std::string& op,
                           const std::vector<std::string>& inputs,
                           const std::vector<OnnxAttribute>& attributes) {
  return add_several(scope, op, inputs, attributes, 1)[0];
}

std::vector<std::string> OnnxGraph::add_several(const std::string& scope, const std::string& op,
                                                const std::vector<std::string>& inputs,
                                                const std::vector<OnnxAttribute>& attributes,
                                                size_t outputs) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type(op);
  for (const std::string& input : inputs) node.add_input(input);
  const std::string name = unique(fmt::format("{}/{}", scope, op));
  node.set_name(name);
  std::vector<std::string> names{name};
  while (names.size() < outputs) names.push_back(unique(fmt::format("{}.{}", name, names.size())));
  for (const std::string& output : names) node.add_output(output);
  for (const OnnxAttribute& attribute : attributes) {
    onnx::AttributeProto& written = *node.add_attribute();
    written.set_name(attribute.name);
    std::visit([&](const auto& value) { set(written, value); }, attribute.value);
  }
  return names;
}

onnx::TensorProto* OnnxGraph::initializer(const std::string& name, onnx::TensorProto::DataType type,
                                          const model::Shape& shape) {
  onnx::TensorProto* tensor = graph_.add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(type);
  for (const int64_t extent : shape) tensor->add_dims(extent);
  return tensor;
}

std::string OnnxGraph::weight(const train::TensorView& tensor) {
  if (!names_.insert(tensor.name).second) return tensor.name;
  const auto type = tensor.type == train::TensorType::kFloat32 ? onnx::TensorProto::FLOAT
                                                               : onnx::TensorProto::INT64;
  initializer(tensor.name, type, tensor.shape)->set_raw_data(std::string(as_text(tensor.bytes)));
  return tensor.name;
}

std::string OnnxGraph::constant(const std::string& name, std::span<const float> values,
                                const model::Shape& shape) {
  const std::string own = unique(name);
  initializer(own, onnx::TensorProto::FLOAT, shape)->set_raw_data(raw(values));
  return own;
}

std::string OnnxGraph::constant(const std::string& name, const std::vector<int64_t>& values) {
  const std::string own = unique(name);
  initializer(own, onnx::TensorProto::INT64, {static_cast<int64_t>(values.size())})
      ->set_raw_data(raw(std::span<const int64_t>(values)));
  return own;
}

std::string OnnxGraph::constant(const std::string& name, int64_t value) {
  const std::string own = unique(name);
  initializer(own, onnx::TensorProto::INT64, {})
      ->set_raw_data(raw(std::span<const int64_t>(&value, 1)));
  return own;
}

void OnnxGraph::input(const Value& value) {
  names_.insert(value.name);
  describe(*graph_.add_input(), value);
}

void OnnxGraph::output(const Value& value, const std::string& from) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type("Identity");
  node.set_name(value.name);
  node.add_input(from);
  node.add_output(value.name);
  describe(*graph_.add_output(), value);
}

}  // namespace howdah::exporting
