#include "exporting/python_layers.h"

namespace howdah::exporting {
namespace {

using model::Pair;
using T = model::LayerType;

struct PythonRow {
  T type;
  std::string (*write)(const PythonLayer& at);
};

// "3", or "(3, 5)".
std::string number(const Pair& pair) {
  return pair.rows == pair.columns ? fmt::format("{}", pair.rows)
                                   : fmt::format("({}, {})", pair.rows, pair.columns);
}
std::string extents(const PythonLayer& at, const Pair& pair) {
  return number(extents_of(at, pair).size() == 1 ? Pair(pair.columns) : pair);
}
// ", stride=2" where it is not PyTorch's own.
std::string unless(const PythonLayer& at, std::string_view name, const Pair& pair,
                   const Pair& usual) {
  const std::string text = extents(at, pair);
  return text == extents(at, usual) ? "" : fmt::format(", {}={}", name, text);
}
std::string unless(std::string_view name, double value, double usual) {
  return value == usual ? "" : fmt::format(", {}={}", name, float_text(value));
}
// "(3, 8)", "(3,)".
std::string tuple(const model::Shape& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

std::string convolution(const PythonLayer& at) {
  if (at.is_sequence()) return python_text_convolution(at);
  const model::Layer& layer = at.layer;
  return fmt::format("nn.{}({}, {}, {}{}{}{}{}{})", layer.type == T::kConv1d ? "Conv1d" : "Conv2d",
                     at.shape.input[0], layer.units, extents(at, layer.kernel),
                     unless(at, "stride", layer.stride, 1),
                     unless(at, "padding", padding_of(layer), 0),
                     unless(at, "dilation", layer.dilation, 1),
                     layer.groups == 1 ? "" : fmt::format(", groups={}", layer.groups),
                     layer.bias ? "" : ", bias=False");
}

std::string pool(const PythonLayer& at, std::string_view module) {
  const model::Layer& layer = at.layer;
  return fmt::format("nn.{}({}{}{}{})", module, extents(at, layer.kernel),
                     unless(at, "stride", layer.stride, layer.kernel),
                     unless(at, "padding", layer.padding, 0),
                     layer.ceil_mode ? ", ceil_mode=True" : "");
}

std::string batch_norm(const PythonLayer& at) {
  return fmt::format("nn.{}({}{}{})",
                     at.layer.type == T::kBatchNorm1d ? "BatchNorm1d" : "BatchNorm2d",
                     at.shape.input[0], unless("eps", at.layer.epsilon, 1e-5),
                     unless("momentum", at.layer.momentum, 0.1));
}

constexpr PythonRow kRows[] = {
    {T::kConv1d, convolution},
    {T::kConv2d, convolution},
    {T::kMaxPool1d, [](const PythonLayer& at) { return pool(at, "MaxPool1d"); }},
    {T::kMaxPool2d, [](const PythonLayer& at) { return pool(at, "MaxPool2d"); }},
    {T::kAveragePool1d, [](const PythonLayer& at) { return pool(at, "AvgPool1d"); }},
    {T::kAveragePool2d, [](const PythonLayer& at) { return pool(at, "AvgPool2d"); }},
    {T::kGlobalAveragePool,
     [](const PythonLayer& at) {
       return at.is_sequence() ? at.ours(PythonModule::kTextAveragePool, "TextAveragePool()")
                               : at.ours(PythonModule::kGlobalAveragePool, "GlobalAveragePool()");
     }},
    {T::kGlobalMaxPool,
     [](const PythonLayer& at) {
       return at.is_sequence() ? at.ours(PythonModule::kTextMaxPool, "TextMaxPool()")
                               : at.ours(PythonModule::kGlobalMaxPool, "GlobalMaxPool()");
     }},
    {T::kAdaptiveAveragePool2d,
     [](const PythonLayer& at) {
       return fmt::format("nn.AdaptiveAvgPool2d({})", extents(at, at.layer.kernel));
     }},
    {T::kBatchNorm1d, batch_norm},
    {T::kBatchNorm2d, batch_norm},
    {T::kLayerNorm,
     [](const PythonLayer& at) {
       return fmt::format("nn.LayerNorm({}{})", tuple(at.shape.trained[0].shape),
                          unless("eps", at.layer.epsilon, 1e-5));
     }},
    {T::kGroupNorm,
     [](const PythonLayer& at) {
       return fmt::format("nn.GroupNorm({}, {}{})", at.layer.groups, at.shape.input[0],
                          unless("eps", at.layer.epsilon, 1e-5));
     }},
    {T::kDense,
     [](const PythonLayer& at) {
       const char* bias = at.layer.bias ? "" : ", bias=False";
       if (!at.shape.shared.empty())
         return at.ours(PythonModule::kSharedLinear,
                        fmt::format("SharedLinear({}{})", at.layer.units, bias));
       return fmt::format("nn.Linear({}, {}{})", at.shape.input.back(), at.layer.units, bias);
     }},
    {T::kDropout,
     [](const PythonLayer& at) {
       return fmt::format("nn.Dropout({})", float_text(at.layer.rate));
     }},
    {T::kFlatten, [](const PythonLayer&) { return std::string("nn.Flatten()"); }},
    {T::kReshape,
     [](const PythonLayer& at) {
       return at.ours(PythonModule::kReshape, fmt::format("Reshape({})", tuple(at.shape.output)));
     }},
    {T::kRelu, [](const PythonLayer&) { return std::string("nn.ReLU()"); }},
    {T::kLeakyRelu,
     [](const PythonLayer& at) {
       return fmt::format("nn.LeakyReLU({})", float_text(at.layer.slope));
     }},
    {T::kElu,
     [](const PythonLayer& at) { return fmt::format("nn.ELU({})", float_text(at.layer.alpha)); }},
    {T::kGelu,
     [](const PythonLayer& at) {
       return std::string(at.layer.tanh_approximation ? "nn.GELU(approximate=\"tanh\")"
                                                      : "nn.GELU()");
     }},
    {T::kSilu, [](const PythonLayer&) { return std::string("nn.SiLU()"); }},
    {T::kTanh, [](const PythonLayer&) { return std::string("nn.Tanh()"); }},
    {T::kSigmoid, [](const PythonLayer&) { return std::string("nn.Sigmoid()"); }},
    {T::kHardTanh,
     [](const PythonLayer& at) {
       return fmt::format("nn.Hardtanh({}, {})", float_text(at.layer.least),
                          float_text(at.layer.most));
     }},
    {T::kSoftplus,
     [](const PythonLayer& at) {
       return fmt::format("nn.Softplus({})", float_text(at.layer.beta));
     }},
    {T::kSoftmax,
     [](const PythonLayer& at) { return fmt::format("nn.Softmax(dim={})", at.layer.axis); }},
    {T::kLogSoftmax,
     [](const PythonLayer& at) { return fmt::format("nn.LogSoftmax(dim={})", at.layer.axis); }},
    {T::kEmbedding, python_embedding},
    {T::kEmbedColumns, python_embed_columns},
    {T::kOneHotColumns, python_one_hot_columns},
    {T::kRnn, python_recurrent},
    {T::kLstm, python_recurrent},
    {T::kGru, python_recurrent},
    {T::kMultiHeadAttention, python_multi_head_attention},
    {T::kCrossAttention, python_multi_head_attention},
    {T::kAttention, python_attention},
    {T::kLuongAttention, python_luong_attention},
    {T::kPositionalEncoding, python_positional_encoding},
    {T::kTransformerEncoder, python_transformer},
    {T::kTransformerDecoder, python_transformer},
};

}  // namespace

Result<std::string> python_layer(const PythonLayer& at) {
  const PythonRow* row =
      HOWDAH_TRY(find_row(std::span<const PythonRow>(kRows), at, "a PyTorch module"));
  return row->write(at);
}

}  // namespace howdah::exporting
