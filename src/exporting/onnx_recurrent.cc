// rnn, lstm and gru. ONNX has the gates of a cell in another order, and the two directions of a
// layer in one tensor; layers on each other are nodes one after the other.
#include "exporting/onnx_layers.h"

namespace howdah::exporting {
namespace {

using T = model::LayerType;

// What ONNX calls a cell, and where each of its gates stands in PyTorch's order.
struct Cell {
  const char* op;
  std::vector<int64_t> gates;
};
Cell cell_of(T type) {
  if (type == T::kLstm) return {"LSTM", {0, 3, 1, 2}};  // input, output, forget, cell
  if (type == T::kGru) return {"GRU", {1, 0, 2}};       // update, reset, new
  return {"RNN", {0}};
}

// The rows of a layer's tensor in ONNX's order.
std::string gates(const OnnxLayer& at, const Cell& cell, const std::string& tensor) {
  if (cell.gates.size() == 1) return at.tensor(tensor);
  std::vector<int64_t> rows;
  for (const int64_t gate : cell.gates)
    for (int64_t unit = 0; unit < at.layer.units; ++unit)
      rows.push_back(gate * at.layer.units + unit);
  return at.add("Gather", {at.tensor(tensor), at.list("gates", rows)});
}

// [directions, ...]
std::string stacked(const OnnxLayer& at, const std::vector<std::string>& directions) {
  std::vector<std::string> each;
  for (const std::string& one : directions) each.push_back(at.unsqueezed(one, {0}));
  return each.size() == 1 ? each[0] : at.add("Concat", each, {{"axis", int64_t{0}}});
}

struct Outputs {
  std::string steps;  // [steps, directions, batch, units]
  std::string last;   // [directions, batch, units]
};

// x: [steps, batch, features].
Outputs one_layer(const OnnxLayer& at, int64_t number, const std::string& x,
                  const std::string& lengths) {
  const model::Layer& layer = at.layer;
  const Cell cell = cell_of(layer.type);
  std::vector<std::string> input, state, bias, words{fmt::format("_l{}", number)};
  if (layer.bidirectional) words.push_back(words[0] + "_reverse");
  for (const std::string& word : words) {
    input.push_back(gates(at, cell, "weight_ih" + word));
    state.push_back(gates(at, cell, "weight_hh" + word));
    bias.push_back(at.add("Concat",
                          {gates(at, cell, "bias_ih" + word), gates(at, cell, "bias_hh" + word)},
                          {{"axis", int64_t{0}}}));
  }
  std::vector<OnnxAttribute> attributes{
      {"hidden_size", layer.units},
      {"direction", std::string(layer.bidirectional ? "bidirectional" : "forward")}};
  if (layer.type == T::kGru) attributes.push_back({"linear_before_reset", int64_t{1}});
  if (layer.type == T::kRnn)
    attributes.push_back(
        {"activations", std::vector<std::string>(words.size(), layer.relu ? "Relu" : "Tanh")});
  const auto found = at.graph.add_several(
      at.shape.name, cell.op,
      {x, stacked(at, input), stacked(at, state), stacked(at, bias), lengths}, attributes, 2);
  return {found[0], found[1]};
}

// The text with a step before its first one, made of what the encoder gave at its last token and at
// its first (as train/forward_recurrent).
Wire with_beginning(const OnnxLayer& at, const std::string& x) {
  const Wire& memory = *at.memory;
  const std::string ends = at.unsqueezed(
      at.add("Equal", {at.unsqueezed(onnx_steps(at, memory.x), {0}),
                       at.unsqueezed(at.add("Sub", {memory.lengths, at.whole("one", 1)}), {1})}),
      {2});
  const std::string end = at.add(
      "ReduceSum", {at.add("Where", {ends, memory.x, at.scalar("none", 0)}), at.list("axes", {1})},
      {{"keepdims", int64_t{0}}});
  const std::string begin =
      at.add("Gather", {memory.x, at.whole("first", 0)}, {{"axis", int64_t{1}}});
  const std::string both = at.add("Concat", {end, begin}, {{"axis", int64_t{1}}});
  const std::string first =
      onnx_linear(at, both, at.tensor("bridge.weight"), at.tensor("bridge.bias"));
  return {at.add("Concat", {at.unsqueezed(first, {1}), x}, {{"axis", int64_t{1}}}),
          at.add("Add", {at.lengths, at.whole("one", 1)})};
}

}  // namespace

std::string onnx_recurrent(const OnnxLayer& at, const std::string& x) {
  const model::Layer& layer = at.layer;
  const Wire text = layer.from_memory ? with_beginning(at, x) : Wire{x, at.lengths};
  const std::string lengths =
      at.add("Cast", {text.lengths}, {{"to", int64_t{onnx::TensorProto::INT32}}});
  std::string rows = at.add("Transpose", {text.x}, {{"perm", std::vector<int64_t>{1, 0, 2}}});
  Outputs outputs;
  for (int64_t number = 0; number < layer.repeats; ++number) {
    outputs = one_layer(at, number, rows, lengths);
    rows =
        at.add("Reshape",
               {at.add("Transpose", {outputs.steps}, {{"perm", std::vector<int64_t>{0, 2, 1, 3}}}),
                at.list("joined", {0, 0, -1})});
  }
  if (layer.last)
    return at.add("Reshape",
                  {at.add("Transpose", {outputs.last}, {{"perm", std::vector<int64_t>{1, 0, 2}}}),
                   at.list("joined", {0, -1})});
  const std::string found = at.add("Transpose", {rows}, {{"perm", std::vector<int64_t>{1, 0, 2}}});
  if (!layer.from_memory) return found;
  return at.add("Slice",
                {found, at.list("first", {1}), at.list("end", {INT64_MAX}), at.list("axes", {1})});
}

}  // namespace howdah::exporting
