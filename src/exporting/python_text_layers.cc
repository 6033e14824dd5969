// Layers of texts and of tables' categories.
#include "exporting/python_layers.h"

namespace howdah::exporting {
namespace {

using model::Layer;
using T = model::LayerType;

// An option, where it is not what the module has by itself.
std::string unless(std::string_view name, double value, double usual) {
  return value == usual ? "" : fmt::format(", {}={}", name, float_text(value));
}
std::string where(bool is, std::string_view text) {
  return is ? fmt::format(", {}", text) : "";
}
std::string list(const std::vector<int64_t>& values) {
  return fmt::format("[{}]", fmt::join(values, ", "));
}

int64_t extent(const PythonLayer& at, std::string_view parameter, size_t axis) {
  for (const model::LayerParameter& one : at.shape.trained)
    if (one.name == parameter) return one.shape[axis];
  return 0;
}

std::string columns(const PythonLayer& at) {
  at.needed.insert(PythonModule::kColumns);
  return fmt::format("{}, {}, {}", list(other_columns(at)), list(at.layer.columns),
                     list(at.layer.sizes));
}

// With what it needs to know a text's end.
std::string of_text(const PythonLayer& at, PythonModule module, std::string expression) {
  at.needed.insert(PythonModule::kTextMask);
  return at.ours(module, std::move(expression));
}

}  // namespace

std::string python_embedding(const PythonLayer& at) {
  if (!at.shape.shared.empty()) return at.ours(PythonModule::kSharedEmbedding, "SharedEmbedding()");
  return fmt::format("nn.Embedding({}, {}, padding_idx=0)", at.layer.vocabulary, at.layer.units);
}

std::string python_embed_columns(const PythonLayer& at) {
  return at.ours(PythonModule::kEmbedColumns,
                 fmt::format("EmbedColumns({}, {})", columns(at), at.layer.units));
}

std::string python_one_hot_columns(const PythonLayer& at) {
  return at.ours(PythonModule::kOneHotColumns, fmt::format("OneHotColumns({})", columns(at)));
}

std::string python_text_convolution(const PythonLayer& at) {
  const Layer& layer = at.layer;
  return of_text(
      at, PythonModule::kTextConvolution,
      fmt::format(
          "TextConv1d({}, {}, {}{}{}{})", at.shape.input[1], layer.units, layer.kernel.columns,
          where(layer.dilation.columns != 1, fmt::format("dilation={}", layer.dilation.columns)),
          where(layer.groups != 1, fmt::format("groups={}", layer.groups)),
          where(!layer.bias, "bias=False")));
}

std::string python_recurrent(const PythonLayer& at) {
  const Layer& layer = at.layer;
  const char* name = layer.type == T::kLstm  ? "TextLSTM"
                     : layer.type == T::kGru ? "TextGRU"
                                             : "TextRNN";
  return at.ours(
      PythonModule::kRecurrent,
      fmt::format(
          "{}({}, {}{}{}{}{}{}{})", name, at.shape.input[1], layer.units,
          where(layer.repeats != 1, fmt::format("num_layers={}", layer.repeats)),
          where(layer.bidirectional, "bidirectional=True"), unless("dropout", layer.rate, 0),
          where(layer.relu, "nonlinearity=\"relu\""), where(layer.last, "last=True"),
          where(layer.from_memory, fmt::format("memory={}", extent(at, "bridge.weight", 1) / 2))));
}

std::string python_multi_head_attention(const PythonLayer& at) {
  const Layer& layer = at.layer;
  const int64_t features = at.shape.input[1], units = at.shape.output[1];
  const int64_t others = at.has("k_proj_weight") ? extent(at, "k_proj_weight", 1) : units;
  return of_text(
      at, PythonModule::kMultiHeadAttention,
      fmt::format("MultiHeadAttention({}, {}, {}{}{}{})", features, units, layer.heads,
                  where(layer.causal, "causal=True"),
                  where(layer.type == T::kCrossAttention, fmt::format("memory={}", others)),
                  unless("dropout", layer.rate, 0)));
}

std::string python_attention(const PythonLayer& at) {
  const Layer& layer = at.layer;
  const int64_t features = at.shape.input[1];
  const bool additive = layer.score == model::AttentionScore::kAdditive;
  return of_text(
      at, PythonModule::kAttention,
      fmt::format("Attention({}, {}{}{}{})", features, layer.units == 0 ? features : layer.units,
                  where(!additive, "additive=False"), where(!layer.pooled, "pooled=False"),
                  where(layer.causal, "causal=True")));
}

std::string python_luong_attention(const PythonLayer& at) {
  const int64_t features = at.shape.input[1];
  const bool general = at.layer.score == model::AttentionScore::kGeneral;
  return of_text(
      at, PythonModule::kLuongAttention,
      fmt::format("LuongAttention({}, {}, {}{})", features, at.shape.output[1],
                  extent(at, "combine.weight", 1) - features, where(!general, "general=False")));
}

std::string python_positional_encoding(const PythonLayer& at) {
  const Layer& layer = at.layer;
  return at.ours(PythonModule::kPositionalEncoding,
                 fmt::format("PositionalEncoding({}{}{}{})", at.shape.input[1],
                             where(layer.learned, fmt::format("learned={}", at.shape.input[0])),
                             where(layer.scale, "scale=True"), unless("dropout", layer.rate, 0)));
}

std::string python_transformer(const PythonLayer& at) {
  const Layer& layer = at.layer;
  const bool decoder = layer.type == T::kTransformerDecoder;
  const int64_t features = at.shape.input[1];
  return of_text(
      at, decoder ? PythonModule::kTransformerDecoder : PythonModule::kTransformerEncoder,
      fmt::format("{}({}, {}, {}, {}{}{}{}{}{})",
                  decoder ? "TransformerDecoder" : "TransformerEncoder", layer.repeats, features,
                  layer.heads, layer.feed_forward == 0 ? 4 * features : layer.feed_forward,
                  unless("dropout", layer.rate, 0.1), where(layer.gelu, "activation=\"gelu\""),
                  unless("layer_norm_eps", layer.epsilon, 1e-5),
                  where(layer.norm_first, "norm_first=True"),
                  where(layer.causal && !decoder, "causal=True")));
}

}  // namespace howdah::exporting
