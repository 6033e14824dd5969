#include "train/layer_forward.h"

#include <array>
#include <stdexcept>

#include "train/dropout_mask.h"
#include "train/forward_attention.h"
#include "train/forward_embedding.h"
#include "train/forward_recurrent.h"
#include "train/forward_sequence.h"

namespace howdah::train {
namespace {

using model::Layer;
using model::LayerType;
using model::Pair;
using torch::Tensor;

using Two = std::array<int64_t, 2>;
using One = std::array<int64_t, 1>;

Two two(const Pair& pair) {
  return {pair.rows, pair.columns};
}
One one(const Pair& pair) {
  return {pair.columns};
}

Tensor convolve(const LayerCall& call) {
  if (call.in.lengths.defined()) return convolve_sequence(call);
  const Layer& layer = call.layer;
  const Tensor& x = call.in.x;
  const Tensor& weight = call.tensors.parameters[0];
  const Tensor bias = layer.bias ? call.tensors.parameters[1] : Tensor();
  const Pair& kernel = layer.kernel;
  const Pair& dilation = layer.dilation;
  const Pair padding =
      layer.padding == Pair(Layer::kSame)
          ? Pair(dilation.rows * (kernel.rows - 1) / 2, dilation.columns * (kernel.columns - 1) / 2)
          : layer.padding;
  if (layer.type == LayerType::kConv1d)
    return torch::conv1d(x, weight, bias, one(layer.stride), one(padding), one(dilation),
                         layer.groups);
  return torch::conv2d(x, weight, bias, two(layer.stride), two(padding), two(dilation),
                       layer.groups);
}

Tensor pool(const LayerCall& call) {
  const Layer& layer = call.layer;
  const Tensor& x = call.in.x;
  switch (layer.type) {
    case LayerType::kMaxPool1d:
      return torch::max_pool1d(x, one(layer.kernel), one(layer.stride), one(layer.padding), One{1},
                               layer.ceil_mode);
    case LayerType::kAveragePool1d:
      return torch::avg_pool1d(x, one(layer.kernel), one(layer.stride), one(layer.padding),
                               layer.ceil_mode);
    case LayerType::kAveragePool2d:
      return torch::avg_pool2d(x, two(layer.kernel), two(layer.stride), two(layer.padding),
                               layer.ceil_mode);
    default:
      return torch::max_pool2d(x, two(layer.kernel), two(layer.stride), two(layer.padding),
                               Two{1, 1}, layer.ceil_mode);
  }
}

Tensor batch_norm(const LayerCall& call) {
  const Layer& layer = call.layer;
  const Tensor& x = call.in.x;
  const LayerTensors& tensors = call.tensors;
  if (call.context.training && x.numel() == x.size(1))
    throw std::invalid_argument(
        call.place.text() + " (" + std::string(model::layer_type_name(layer.type)) +
        ") needs more than one value a channel: a larger batch, or fewer streams");
  return torch::batch_norm(x, tensors.parameters[0], tensors.parameters[1], tensors.buffers[0],
                           tensors.buffers[1], call.context.training, layer.momentum, layer.epsilon,
                           false);
}

Tensor activate(const LayerCall& call) {
  const Layer& layer = call.layer;
  const Tensor& x = call.in.x;
  switch (layer.type) {
    case LayerType::kLeakyRelu:
      return torch::leaky_relu(x, layer.slope);
    case LayerType::kElu:
      return torch::elu(x, layer.alpha);
    case LayerType::kGelu:
      return torch::gelu(x, layer.tanh_approximation ? "tanh" : "none");
    case LayerType::kSilu:
      return torch::silu(x);
    case LayerType::kTanh:
      return torch::tanh(x);
    case LayerType::kSigmoid:
      return torch::sigmoid(x);
    case LayerType::kHardTanh:
      return torch::hardtanh(x, layer.least, layer.most);
    case LayerType::kSoftplus:
      return torch::softplus(x, layer.beta);
    case LayerType::kSoftmax:
      return torch::softmax(x, layer.axis);
    case LayerType::kLogSoftmax:
      return torch::log_softmax(x, layer.axis);
    default:
      return torch::relu(x);
  }
}

// What a type computes.
using Forward = Flow (*)(const LayerCall& call);

// Of a type that looks at its values alone: the lengths stay what they are.
template <Tensor (*kCompute)(const LayerCall&)>
Flow by_value(const LayerCall& call) {
  return {kCompute(call), call.in.lengths};
}

Tensor adaptive_average(const LayerCall& call) {
  return torch::adaptive_avg_pool2d(call.in.x, two(call.layer.kernel));
}
Tensor layer_norm(const LayerCall& call) {
  const auto parameters = call.tensors.parameters;
  return torch::layer_norm(call.in.x, parameters[0].sizes(), parameters[0], parameters[1],
                           call.layer.epsilon);
}
Tensor group_norm(const LayerCall& call) {
  const auto parameters = call.tensors.parameters;
  return torch::group_norm(call.in.x, call.layer.groups, parameters[0], parameters[1],
                           call.layer.epsilon);
}
Tensor dense(const LayerCall& call) {
  const auto parameters = call.tensors.parameters;
  return torch::linear(call.in.x, parameters[0], call.layer.bias ? parameters[1] : Tensor());
}
Tensor flatten(const LayerCall& call) {
  return call.in.x.flatten(1);
}
Tensor reshape(const LayerCall& call) {
  std::vector<int64_t> sizes{call.in.x.size(0)};
  sizes.insert(sizes.end(), call.layer.shape.begin(), call.layer.shape.end());
  return call.in.x.reshape(sizes);
}
Tensor dropout(const LayerCall& call) {
  const double rate = call.layer.rate;
  if (!call.context.training || rate == 0) return call.in.x;
  return call.in.x *
         dropout_mask(call.in.x.sizes(), rate, call.context.dropout_seed, call.place.number);
}

// Every type has one: the compiler warns of a value that is missing here.
Forward forward_of(LayerType type) {
  switch (type) {
    case LayerType::kConv1d:
    case LayerType::kConv2d:
      return by_value<convolve>;
    case LayerType::kMaxPool1d:
    case LayerType::kMaxPool2d:
    case LayerType::kAveragePool1d:
    case LayerType::kAveragePool2d:
      return by_value<pool>;
    case LayerType::kGlobalAveragePool:
      return global_average_pool_forward;
    case LayerType::kGlobalMaxPool:
      return global_max_pool_forward;
    case LayerType::kAdaptiveAveragePool2d:
      return by_value<adaptive_average>;
    case LayerType::kBatchNorm1d:
    case LayerType::kBatchNorm2d:
      return by_value<batch_norm>;
    case LayerType::kLayerNorm:
      return by_value<layer_norm>;
    case LayerType::kGroupNorm:
      return by_value<group_norm>;
    case LayerType::kDense:
      return by_value<dense>;
    case LayerType::kDropout:
      return by_value<dropout>;
    case LayerType::kFlatten:
      return by_value<flatten>;
    case LayerType::kReshape:
      return by_value<reshape>;
    case LayerType::kRelu:
    case LayerType::kLeakyRelu:
    case LayerType::kElu:
    case LayerType::kGelu:
    case LayerType::kSilu:
    case LayerType::kTanh:
    case LayerType::kSigmoid:
    case LayerType::kHardTanh:
    case LayerType::kSoftplus:
    case LayerType::kSoftmax:
    case LayerType::kLogSoftmax:
      return by_value<activate>;
    case LayerType::kEmbedding:
      return embedding_forward;
    case LayerType::kRnn:
    case LayerType::kLstm:
    case LayerType::kGru:
      return recurrent_forward;
    case LayerType::kEmbedColumns:
      return embed_columns_forward;
    case LayerType::kOneHotColumns:
      return one_hot_columns_forward;
    case LayerType::kMultiHeadAttention:
    case LayerType::kCrossAttention:
      return multi_head_forward;
    case LayerType::kAttention:
      return attention_forward;
    case LayerType::kLuongAttention:
      return luong_forward;
    case LayerType::kPositionalEncoding:
      return positions_forward;
    case LayerType::kTransformerEncoder:
    case LayerType::kTransformerDecoder:
      return transformer_forward;
    case LayerType::kResidual:  // blocks: merge_forward
    case LayerType::kParallel:
      break;
  }
  throw std::invalid_argument(std::string(model::layer_type_name(type)) +
                              " holds layers and computes nothing itself");
}

}  // namespace

Flow layer_forward(const LayerCall& call) {
  return forward_of(call.layer.type)(call);
}

Flow merge_forward(const Layer& layer, const std::vector<Flow>& outputs) {
  Flow merged = outputs[0];
  if (layer.type == LayerType::kParallel && layer.concat) {
    std::vector<Tensor> parts;
    for (const Flow& output : outputs) parts.push_back(output.x);
    merged.x = torch::cat(parts, layer.axis);
    return merged;
  }
  for (size_t i = 1; i < outputs.size(); ++i) merged.x = merged.x + outputs[i].x;
  return merged;
}

}  // namespace howdah::train
