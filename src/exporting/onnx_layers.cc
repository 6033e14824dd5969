#include "exporting/onnx_layers.h"

#include <numbers>

namespace howdah::exporting {
namespace {

using T = model::LayerType;

struct OnnxRow {
  T type;
  std::string (*write)(const OnnxLayer& at, const std::string& x);
};

std::string batch_norm(const OnnxLayer& at, const std::string& x) {
  return at.add("BatchNormalization",
                {x, at.tensor("weight"), at.tensor("bias"), at.tensor("running_mean"),
                 at.tensor("running_var")},
                {{"epsilon", at.layer.epsilon}});
}

std::string layer_norm(const OnnxLayer& at, const std::string& x) {
  const auto dimensions = static_cast<int64_t>(at.shape.trained[0].shape.size());
  return at.add("LayerNormalization", {x, at.tensor("weight"), at.tensor("bias")},
                {{"axis", -dimensions}, {"epsilon", at.layer.epsilon}});
}

// [batch, ...] with the layer's output shape.
std::string shaped(const OnnxLayer& at, const std::string& x) {
  std::vector<int64_t> shape{-1};
  shape.insert(shape.end(), at.shape.output.begin(), at.shape.output.end());
  return at.add("Reshape", {x, at.list("shape", shape)});
}

// A group is an instance of all its channels in a row.
std::string group_norm(const OnnxLayer& at, const std::string& x) {
  const int64_t groups = at.layer.groups, channels = at.shape.input[0];
  const std::vector<float> ones(static_cast<size_t>(groups), 1), zeros(ones.size(), 0);
  const std::string& name = at.shape.name;
  const std::string grouped = at.add("Reshape", {x, at.list("groups", {0, groups, -1})});
  const std::string normal = at.add("InstanceNormalization",
                                    {grouped, at.graph.constant(name + ".ones", ones, {groups}),
                                     at.graph.constant(name + ".zeros", zeros, {groups})},
                                    {{"epsilon", at.layer.epsilon}});
  std::vector<int64_t> scale(at.shape.input.size(), 1);
  scale[0] = channels;
  const std::string to = at.list("scale", scale);
  const std::string scaled =
      at.add("Mul", {shaped(at, normal), at.add("Reshape", {at.tensor("weight"), to})});
  return at.add("Add", {scaled, at.add("Reshape", {at.tensor("bias"), to})});
}

std::string dense(const OnnxLayer& at, const std::string& x) {
  if (at.shape.input.size() == 1) {
    std::vector<std::string> inputs{x, at.tensor("weight")};
    if (at.layer.bias) inputs.push_back(at.tensor("bias"));
    return at.add("Gemm", inputs, {{"transB", int64_t{1}}});
  }
  return onnx_linear(at, x, at.tensor("weight"), at.layer.bias ? at.tensor("bias") : "");
}

std::string flatten(const OnnxLayer& at, const std::string& x) {
  return at.add("Flatten", {x}, {{"axis", int64_t{1}}});
}

std::string same(const OnnxLayer&, const std::string& x) {
  return x;
}

// x * (1 + inner) / 2, with inner a sigmoid curve from -1 to 1.
std::string half(const OnnxLayer& at, const std::string& x, const std::string& inner) {
  const std::string both = at.add("Mul", {x, at.add("Add", {inner, at.scalar("one", 1)})});
  return at.add("Mul", {both, at.scalar("half", 0.5)});
}

constexpr OnnxRow kRows[] = {
    {T::kConv1d, onnx_convolution},
    {T::kConv2d, onnx_convolution},
    {T::kMaxPool1d, onnx_max_pool},
    {T::kMaxPool2d, onnx_max_pool},
    {T::kAveragePool1d, onnx_average_pool},
    {T::kAveragePool2d, onnx_average_pool},
    {T::kGlobalAveragePool, onnx_global_average_pool},
    {T::kGlobalMaxPool, onnx_global_max_pool},
    {T::kAdaptiveAveragePool2d, onnx_adaptive_average_pool},
    {T::kBatchNorm1d, batch_norm},
    {T::kBatchNorm2d, batch_norm},
    {T::kLayerNorm, layer_norm},
    {T::kGroupNorm, group_norm},
    {T::kDense, dense},
    {T::kDropout, same},
    {T::kFlatten, flatten},
    {T::kReshape, shaped},
    {T::kRelu, [](const OnnxLayer& at, const std::string& x) { return at.add("Relu", {x}); }},
    {T::kLeakyRelu,
     [](const OnnxLayer& at, const std::string& x) {
       return at.add("LeakyRelu", {x}, {{"alpha", at.layer.slope}});
     }},
    {T::kElu,
     [](const OnnxLayer& at, const std::string& x) {
       return at.add("Elu", {x}, {{"alpha", at.layer.alpha}});
     }},
    {T::kGelu, onnx_gelu},
    {T::kSilu,
     [](const OnnxLayer& at, const std::string& x) {
       return at.add("Mul", {x, at.add("Sigmoid", {x})});
     }},
    {T::kTanh, [](const OnnxLayer& at, const std::string& x) { return at.add("Tanh", {x}); }},
    {T::kSigmoid, [](const OnnxLayer& at, const std::string& x) { return at.add("Sigmoid", {x}); }},
    {T::kHardTanh,
     [](const OnnxLayer& at, const std::string& x) {
       return at.add("Clip",
                     {x, at.scalar("least", at.layer.least), at.scalar("most", at.layer.most)});
     }},
    {T::kSoftplus,
     [](const OnnxLayer& at, const std::string& x) {
       const std::string beta = at.scalar("beta", at.layer.beta);
       return at.add("Div", {at.add("Softplus", {at.add("Mul", {x, beta})}), beta});
     }},
    {T::kSoftmax,
     [](const OnnxLayer& at, const std::string& x) {
       return at.add("Softmax", {x}, {{"axis", at.layer.axis}});
     }},
    {T::kLogSoftmax,
     [](const OnnxLayer& at, const std::string& x) {
       return at.add("LogSoftmax", {x}, {{"axis", at.layer.axis}});
     }},
    {T::kEmbedding, onnx_embedding},
    {T::kRnn, onnx_recurrent},
    {T::kLstm, onnx_recurrent},
    {T::kGru, onnx_recurrent},
    {T::kMultiHeadAttention, onnx_multi_head_attention},
    {T::kCrossAttention, onnx_multi_head_attention},
    {T::kAttention, onnx_attention},
    {T::kLuongAttention, onnx_luong_attention},
    {T::kPositionalEncoding, onnx_positional_encoding},
    {T::kTransformerEncoder, onnx_transformer},
    {T::kTransformerDecoder, onnx_transformer},
    {T::kEmbedColumns, onnx_embed_columns},
    {T::kOneHotColumns, onnx_one_hot_columns},
};

}  // namespace

std::string onnx_gelu(const OnnxLayer& at, const std::string& x) {
  if (!at.layer.tanh_approximation)
    return half(at, x,
                at.add("Erf", {at.add("Mul", {x, at.scalar("factor", 1 / std::numbers::sqrt2)})}));
  const std::string cube = at.add("Mul", {at.add("Mul", {x, x}), x});
  const std::string bent = at.add("Add", {x, at.add("Mul", {cube, at.scalar("cubic", 0.044715)})});
  constexpr double kFactor = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;  // sqrt(2 / pi)
  return half(at, x, at.add("Tanh", {at.add("Mul", {bent, at.scalar("factor", kFactor)})}));
}

std::string onnx_linear(const OnnxLayer& at, const std::string& x, const std::string& weight,
                        const std::string& bias) {
  const std::string product = at.add("MatMul", {x, at.add("Transpose", {weight})});
  return bias.empty() ? product : at.add("Add", {product, bias});
}

Result<std::string> onnx_layer(const OnnxLayer& at, const std::string& x) {
  const OnnxRow* row = HOWDAH_TRY(find_row(std::span<const OnnxRow>(kRows), at, "ONNX"));
  return row->write(at, x);
}

std::string onnx_merge(const OnnxLayer& at, const std::vector<std::string>& outputs) {
  if (at.layer.type == T::kParallel && at.layer.concat)
    return at.add("Concat", outputs, {{"axis", at.layer.axis}});
  std::string sum = outputs[0];
  for (size_t i = 1; i < outputs.size(); ++i) sum = at.add("Add", {sum, outputs[i]});
  return sum;
}

}  // namespace howdah::exporting
