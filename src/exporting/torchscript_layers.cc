#include "exporting/torchscript_layers.h"

namespace howdah::exporting {
namespace {

using T = model::LayerType;

// An expression of the layer's input.
struct TorchScriptRow {
  T type;
  std::string (*write)(const TorchScriptLayer& at, const std::string& x);
};

std::string extents(const TorchScriptLayer& at, const model::Pair& pair) {
  return torchscript_list(extents_of(at, pair));
}
const char* truth(bool value) {
  return value ? "True" : "False";
}

std::string weight(const TorchScriptLayer& at) {
  return at.tensor("weight");
}
std::string bias(const TorchScriptLayer& at) {
  return at.layer.bias ? at.tensor("bias") : "None";
}

std::string convolution(const TorchScriptLayer& at, const std::string& x) {
  if (at.is_sequence()) return torchscript_sequence_convolution(at, x);
  return fmt::format("torch.{}({}, {}, {}, {}, {}, {}, {})",
                     at.layer.type == T::kConv1d ? "conv1d" : "conv2d", x, weight(at), bias(at),
                     extents(at, at.layer.stride), extents(at, padding_of(at.layer)),
                     extents(at, at.layer.dilation), at.layer.groups);
}

std::string max_pool(const TorchScriptLayer& at, const std::string& x) {
  return fmt::format("torch.{}({}, {}, {}, {}, {}, {})",
                     at.layer.type == T::kMaxPool1d ? "max_pool1d" : "max_pool2d", x,
                     extents(at, at.layer.kernel), extents(at, at.layer.stride),
                     extents(at, at.layer.padding), extents(at, 1), truth(at.layer.ceil_mode));
}

std::string average_pool(const TorchScriptLayer& at, const std::string& x) {
  return fmt::format("torch.{}({}, {}, {}, {}, {}, True)",
                     at.layer.type == T::kAveragePool1d ? "avg_pool1d" : "avg_pool2d", x,
                     extents(at, at.layer.kernel), extents(at, at.layer.stride),
                     extents(at, at.layer.padding), truth(at.layer.ceil_mode));
}

std::string batch_norm(const TorchScriptLayer& at, const std::string& x) {
  return fmt::format("torch.batch_norm({}, {}, {}, {}, {}, False, {}, {}, False)", x, weight(at),
                     bias(at), at.tensor("running_mean"), at.tensor("running_var"),
                     float_text(at.layer.momentum), float_text(at.layer.epsilon));
}

std::string layer_norm(const TorchScriptLayer& at, const std::string& x) {
  return fmt::format("torch.layer_norm({}, {}, {}, {}, {})", x,
                     torchscript_list(at.shape.trained[0].shape), weight(at), bias(at),
                     float_text(at.layer.epsilon));
}

std::string group_norm(const TorchScriptLayer& at, const std::string& x) {
  return fmt::format("torch.group_norm({}, {}, {}, {}, {})", x, at.layer.groups, weight(at),
                     bias(at), float_text(at.layer.epsilon));
}

std::string reshape(const TorchScriptLayer& at, const std::string& x) {
  return fmt::format("torch.reshape({}, [-1, {}])", x, fmt::join(at.shape.output, ", "));
}

// A function of the input and at most one number.
template <const char* Name>
std::string plain(const TorchScriptLayer&, const std::string& x) {
  return fmt::format("torch.{}({})", Name, x);
}
constexpr char kRelu[] = "relu", kSilu[] = "silu", kTanh[] = "tanh", kSigmoid[] = "sigmoid";

constexpr TorchScriptRow kRows[] = {
    {T::kConv1d, convolution},
    {T::kConv2d, convolution},
    {T::kMaxPool1d, max_pool},
    {T::kMaxPool2d, max_pool},
    {T::kAveragePool1d, average_pool},
    {T::kAveragePool2d, average_pool},
    {T::kGlobalAveragePool,
     [](const TorchScriptLayer& at, const std::string& x) {
       return at.is_sequence() ? torchscript_sequence_average(at, x)
                               : fmt::format("torch.mean(torch.flatten({}, 2), [2])", x);
     }},
    {T::kGlobalMaxPool,
     [](const TorchScriptLayer& at, const std::string& x) {
       return at.is_sequence() ? torchscript_sequence_max(at, x)
                               : fmt::format("torch.amax(torch.flatten({}, 2), [2])", x);
     }},
    {T::kAdaptiveAveragePool2d,
     [](const TorchScriptLayer& at, const std::string& x) {
       return fmt::format("torch.adaptive_avg_pool2d({}, {})", x, extents(at, at.layer.kernel));
     }},
    {T::kBatchNorm1d, batch_norm},
    {T::kBatchNorm2d, batch_norm},
    {T::kLayerNorm, layer_norm},
    {T::kGroupNorm, group_norm},
    {T::kDense,
     [](const TorchScriptLayer& at, const std::string& x) {
       return fmt::format("torch.linear({}, {}, {})", x, weight(at), bias(at));
     }},
    {T::kDropout, [](const TorchScriptLayer&, const std::string& x) { return x; }},
    {T::kFlatten, [](const TorchScriptLayer&,
                     const std::string& x) { return fmt::format("torch.flatten({}, 1)", x); }},
    {T::kReshape, reshape},
    {T::kRelu, plain<kRelu>},
    {T::kLeakyRelu,
     [](const TorchScriptLayer& at, const std::string& x) {
       return fmt::format("torch.leaky_relu({}, {})", x, float_text(at.layer.slope));
     }},
    {T::kElu,
     [](const TorchScriptLayer& at, const std::string& x) {
       return fmt::format("torch.elu({}, {})", x, float_text(at.layer.alpha));
     }},
    {T::kGelu,
     [](const TorchScriptLayer& at, const std::string& x) {
       return fmt::format("torch.gelu({}, approximate=\"{}\")", x,
                          at.layer.tanh_approximation ? "tanh" : "none");
     }},
    {T::kSilu, plain<kSilu>},
    {T::kTanh, plain<kTanh>},
    {T::kSigmoid, plain<kSigmoid>},
    {T::kHardTanh,
     [](const TorchScriptLayer& at, const std::string& x) {
       return fmt::format("torch.hardtanh({}, {}, {})", x, float_text(at.layer.least),
                          float_text(at.layer.most));
     }},
    {T::kSoftplus,
     [](const TorchScriptLayer& at, const std::string& x) {
       return fmt::format("torch.softplus({}, {})", x, float_text(at.layer.beta));
     }},
    {T::kSoftmax,
     [](const TorchScriptLayer& at, const std::string& x) {
       return fmt::format("torch.softmax({}, {})", x, at.layer.axis);
     }},
    {T::kLogSoftmax,
     [](const TorchScriptLayer& at, const std::string& x) {
       return fmt::format("torch.log_softmax({}, {})", x, at.layer.axis);
     }},
    {T::kEmbedding, torchscript_embedding},
    {T::kEmbedColumns, torchscript_embed_columns},
    {T::kOneHotColumns, torchscript_one_hot_columns},
    {T::kRnn, torchscript_recurrent},
    {T::kLstm, torchscript_recurrent},
    {T::kGru, torchscript_recurrent},
    {T::kMultiHeadAttention, torchscript_multi_head_attention},
    {T::kCrossAttention, torchscript_multi_head_attention},
    {T::kAttention, torchscript_attention},
    {T::kLuongAttention, torchscript_luong_attention},
    {T::kPositionalEncoding, torchscript_positional_encoding},
    {T::kTransformerEncoder, torchscript_transformer},
    {T::kTransformerDecoder, torchscript_transformer},
};

}  // namespace

std::string torchscript_list(const std::vector<int64_t>& values) {
  return fmt::format("[{}]", fmt::join(values, ", "));
}

std::string TorchScriptLayer::tensor(const std::string& name) const {
  std::string words = "self";
  const std::string path = tensor_name(name);
  size_t begin = 0;
  for (size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', begin)) {
    words = fmt::format("getattr({}, \"{}\")", words, path.substr(begin, dot - begin));
    begin = dot + 1;
  }
  return words + "." + path.substr(begin);
}

std::string TorchScriptLayer::assign(const std::string& expression) const {
  const std::string name = fmt::format("x{}_{}", place.number, ++names);
  text += fmt::format("  {} = {}\n", name, expression);
  return name;
}

Result<std::string> torchscript_layer(const TorchScriptLayer& at, const std::string& x) {
  const auto* row = HOWDAH_TRY(find_row(std::span<const TorchScriptRow>(kRows), at, "TorchScript"));
  return row->write(at, x);
}

}  // namespace howdah::exporting
