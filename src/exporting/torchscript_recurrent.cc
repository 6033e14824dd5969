// rnn, lstm and gru: PyTorch's own functions, of packed texts.
#include "exporting/torchscript_layers.h"

namespace howdah::exporting {
namespace {

using T = model::LayerType;

// The text with a step before its first one, made of what the encoder gave at its last token and at
// its first (as train/forward_recurrent).
Wire with_beginning(const TorchScriptLayer& at, const std::string& x) {
  const Wire& memory = *at.memory;
  const std::string end = at.assign(
      fmt::format("torch.squeeze(torch.take_along_dim({}, torch.unsqueeze(torch.unsqueeze({} - 1, "
                  "1), 2), 1), 1)",
                  memory.x, memory.lengths));
  const std::string first =
      at.assign(fmt::format("torch.linear(torch.cat([{}, torch.select({}, 1, 0)], 1), {}, {})", end,
                            memory.x, at.tensor("bridge.weight"), at.tensor("bridge.bias")));
  return {at.assign(fmt::format("torch.cat([torch.unsqueeze({}, 1), {}], 1)", first, x)),
          at.assign(fmt::format("{} + 1", at.lengths))};
}

std::vector<std::string> weights(const TorchScriptLayer& at) {
  std::vector<std::string> tensors;
  for (int64_t number = 0; number < at.layer.repeats; ++number)
    for (const char* direction : {"", "_reverse"}) {
      if (*direction != '\0' && !at.layer.bidirectional) continue;
      for (const char* word : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"})
        tensors.push_back(at.tensor(fmt::format("{}_l{}{}", word, number, direction)));
    }
  return tensors;
}

std::string function_of(const model::Layer& layer) {
  if (layer.type == T::kLstm) return "lstm";
  if (layer.type == T::kGru) return "gru";
  return layer.relu ? "rnn_relu" : "rnn_tanh";
}

}  // namespace

// Packed texts stand in falling order of their lengths; how many there are at each step is counted
// on the CPU.
std::string torchscript_recurrent(const TorchScriptLayer& at, const std::string& x) {
  const model::Layer& layer = at.layer;
  const Wire text = layer.from_memory ? with_beginning(at, x) : Wire{x, at.lengths};
  const std::string order = at.assign(fmt::format("torch.argsort({}, 0, True)", text.lengths));
  const std::string back = at.assign(fmt::format("torch.argsort({})", order));
  const std::string packed =
      at.assign(fmt::format("torch._pack_padded_sequence(torch.index_select({0}, 0, {1}), "
                            "torch.to(torch.index_select({2}, "
                            "0, {1}), \"cpu\"), True)",
                            text.x, order, text.lengths));
  const int64_t states = layer.repeats * (layer.bidirectional ? 2 : 1);
  const std::string zeros =
      at.assign(fmt::format("torch.zeros([{0}, {1}.size(0), {2}], dtype={3}, device={1}.device)",
                            states, text.x, layer.units, kFloat32));
  const bool lstm = layer.type == T::kLstm;
  const std::string found = at.assign(fmt::format(
      "torch.{}({}[0], {}[1], {}, [{}], True, {}, 0.0, False, {})", function_of(layer), packed,
      packed, lstm ? fmt::format("[{0}, {0}]", zeros) : zeros, fmt::join(weights(at), ", "),
      layer.repeats, layer.bidirectional ? "True" : "False"));
  if (layer.last) {
    std::vector<std::string> last;
    for (int64_t i = layer.bidirectional ? -2 : -1; i < 0; ++i)
      last.push_back(fmt::format("torch.select({}[1], 0, {})", found, i));
    return fmt::format("torch.index_select(torch.cat([{}], 1), 0, {})", fmt::join(last, ", "),
                       back);
  }
  const std::string padded = at.assign(fmt::format(
      "torch._pad_packed_sequence({}[0], {}[1], True, 0.0, {}.size(1))[0]", found, packed, text.x));
  const std::string steps = fmt::format("torch.index_select({}, 0, {})", padded, back);
  if (!layer.from_memory) return steps;
  return fmt::format("torch.narrow({}, 1, 1, {}.size(1))", steps, x);
}

}  // namespace howdah::exporting
