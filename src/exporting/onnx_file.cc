#include "exporting/onnx_file.h"

#include <nlohmann/json.hpp>

#include "exporting/model_json.h"
#include "exporting/onnx_layers.h"
#include "hadoop/md5.h"

namespace howdah::exporting {
namespace {

using model::Layer;
using model::LayerPlace;

constexpr int64_t kIrVersion = 8;
constexpr int64_t kOpset = 17;
constexpr size_t kMaxWeightBytes = (size_t{2} << 30) - (size_t{16} << 20);  // protobuf's limit
constexpr const char* kNormalize = "normalize";

// What the walk does at each layer: its nodes.
struct OnnxVisitor {
  OnnxGraph& graph;
  const TrainedModel& model;
  const Wire* memory = nullptr;

  OnnxLayer at(const Layer& layer, const LayerPlace& place, const Wire& in) const {
    const auto number = static_cast<size_t>(place.number);
    return {{layer, place, model.shapes[number], in.lengths, memory}, graph, model};
  }
  Result<Wire> apply(const Layer& layer, const LayerPlace& place, const Wire& in) {
    const OnnxLayer here = at(layer, place, in);
    return after(here, HOWDAH_TRY(onnx_layer(here, in.x)));
  }
  static Status enter(const Layer&, const LayerPlace&, const Wire&) { return Status::ok(); }
  Result<Wire> merge(const Layer& layer, const LayerPlace& place,
                     const std::vector<Wire>& outputs) {
    const OnnxLayer here = at(layer, place, outputs[0]);
    std::vector<std::string> values;
    for (const Wire& output : outputs) values.push_back(output.x);
    return after(here, onnx_merge(here, values));
  }
};

// The figures of a channel beside [channels, ...].
std::string figures(OnnxGraph& graph, const std::string& name, const std::vector<double>& values,
                    const model::Shape& input) {
  const std::vector<float> floats(values.begin(), values.end());
  model::Shape shape(input.size(), 1);
  shape[0] = static_cast<int64_t>(values.size());
  return graph.constant(name, floats, shape);
}

// As train/normalizer.
Wire normalized(OnnxGraph& graph, const TrainedModel& model) {
  std::string x = kInputName;
  const model::Shape& input = model.training.input;
  if (model.element == dataset::ElementType::kUint8) {
    x = graph.add(kNormalize, "Cast", {x}, {{"to", int64_t{onnx::TensorProto::FLOAT}}});
    const float largest = 255;
    x = graph.add(kNormalize, "Div", {x, graph.constant("normalize.255", {&largest, 1}, {})});
  }
  const auto& [mean, stddev] = model.training.normalization;
  if (mean.empty()) return {x, ""};
  x = graph.add(kNormalize, "Sub", {x, figures(graph, "normalize.mean", mean, input)});
  return {graph.add(kNormalize, "Div", {x, figures(graph, "normalize.stddev", stddev, input)}), ""};
}

// Tokens, and how many of them are no padding; of a text without any there is one.
Wire tokens(OnnxGraph& graph, const std::string& name) {
  const std::string there = graph.add(
      name, "Cast",
      {graph.add(name, "Not",
                 {graph.add(name, "Equal", {name, graph.constant(name + ".padding", 0)})})},
      {{"to", int64_t{onnx::TensorProto::INT64}}});
  const std::string count =
      graph.add(name, "ReduceSum", {there, graph.constant(name + ".axes", std::vector<int64_t>{1})},
                {{"keepdims", int64_t{0}}});
  return {name, graph.add(name, "Max", {count, graph.constant(name + ".least", 1)})};
}

// What comes out of the network.
Result<std::string> through(OnnxGraph& graph, const TrainedModel& model) {
  const model::Training& training = model.training;
  OnnxVisitor visitor{graph, model};
  model::LayerWalk<Wire, OnnxVisitor> walk(visitor);
  const Wire last = HOWDAH_TRY(walk.through(
      training.layers, training.input_form == model::Form::kTokens ? tokens(graph, kInputName)
                                                                   : normalized(graph, model)));
  if (training.decoder.empty()) return last.x;
  visitor.memory = &last;
  const Wire written = HOWDAH_TRY(
      walk.through(training.decoder, tokens(graph, kTargetInputName), decoder_list(training)));
  return written.x;
}

void add_metadata(onnx::ModelProto& proto, const std::string& key, const std::string& value) {
  auto& entry = *proto.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

}  // namespace

Result<std::string> onnx_file(const TrainedModel& model) {
  size_t bytes = 0;
  for (const train::TensorView& tensor : model.tensors) bytes += tensor.bytes.size();
  for (const ExportedFile& file : model.vocabularies) bytes += 2 * file.content.size();
  if (bytes > kMaxWeightBytes)
    return Status(Code::kUnsupported, "the weights are 2 GiB or more, which an ONNX file cannot be")
        .with_advice("export to safetensors, torchscript or pytorch");

  OnnxGraph graph;
  for (const Value& value : inputs_of(model)) graph.input(value);
  graph.output(output_of(model), HOWDAH_TRY(through(graph, model)));

  onnx::ModelProto proto;
  proto.set_ir_version(kIrVersion);
  proto.set_producer_name("howdah");
  proto.add_opset_import()->set_version(kOpset);
  *proto.mutable_graph() = graph.take();
  proto.mutable_graph()->set_name(model.job_name);
  if (!model.class_names.empty())
    add_metadata(proto, "class_names",
                 nlohmann::json(model.class_names)
                     .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  add_metadata(proto, "model.json", HOWDAH_TRY(model_json(model)));
  for (const ExportedFile& file : model.vocabularies)
    add_metadata(proto, file.name,
                 model.tokens.tokenizer == dataset::Tokenizer::kSentencepiece
                     ? hadoop::to_base64(file.content)
                     : file.content);
  std::string file;
  if (!proto.SerializeToString(&file))
    return Status(Code::kInternal, "the network cannot be written as ONNX");
  return file;
}

}  // namespace howdah::exporting
