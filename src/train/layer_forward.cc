#include "train/layer_forward.h"

#include <array>
#include <stdexcept>

#include "dataset/random.h"

namespace howdah::train {
namespace {

using model::Layer;
using model::LayerPlace;
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

// Zero with probability `rate`, else 1 / (1 - rate): the j-th element of the layer depends on
// (seed, layer, j) alone, however many threads there are.
Tensor dropout_mask(const Tensor& like, double rate, uint64_t seed, int layer) {
  Tensor mask = torch::empty_like(like, torch::TensorOptions().requires_grad(false),
                                  torch::MemoryFormat::Contiguous);
  const auto threshold = static_cast<uint64_t>(rate * 0x1p32);
  const auto kept = static_cast<float>(1 / (1 - rate));
  dataset::SplitMix64 random(dataset::hash_of(seed, 0x64726f70 /* "drop" */, layer));
  float* values = mask.mutable_data_ptr<float>();
  const int64_t count = mask.numel();
  int64_t i = 0;
  for (; i + 1 < count; i += 2) {  // one draw serves two elements
    const uint64_t bits = random.next();
    values[i] = (bits >> 32) < threshold ? 0 : kept;
    values[i + 1] = (bits & 0xffffffff) < threshold ? 0 : kept;
  }
  if (i < count) values[i] = (random.next() >> 32) < threshold ? 0 : kept;
  return mask;
}

Tensor convolve(const Layer& layer, const LayerTensors& tensors, const Tensor& x) {
  const Tensor& weight = tensors.parameters[0];
  const Tensor bias = layer.bias ? tensors.parameters[1] : Tensor();
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

Tensor pool(const Layer& layer, const Tensor& x) {
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

Tensor batch_norm(const Layer& layer, const LayerPlace& place, LayerTensors& tensors,
                  const Tensor& x, bool training) {
  if (training && x.numel() == x.size(1))
    throw std::invalid_argument(
        place.text() + " (" + std::string(model::layer_type_name(layer.type)) +
        ") needs more than one value a channel: a larger batch, or fewer streams");
  return torch::batch_norm(x, tensors.parameters[0], tensors.parameters[1], tensors.buffers[0],
                           tensors.buffers[1], training, layer.momentum, layer.epsilon, false);
}

Tensor activate(const Layer& layer, const Tensor& x) {
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

// A layer that looks at its values alone; lengths stay what they are.
Tensor forward(const Layer& layer, const LayerPlace& place, LayerTensors& tensors, const Tensor& x,
               const LayerContext& context) {
  const bool training = context.training;
  const auto parameters = tensors.parameters;
  switch (layer.type) {
    case LayerType::kConv1d:
    case LayerType::kConv2d:
      return convolve(layer, tensors, x);
    case LayerType::kMaxPool1d:
    case LayerType::kMaxPool2d:
    case LayerType::kAveragePool1d:
    case LayerType::kAveragePool2d:
      return pool(layer, x);
    case LayerType::kGlobalAveragePool:
      return x.flatten(2).mean(2);
    case LayerType::kAdaptiveAveragePool2d:
      return torch::adaptive_avg_pool2d(x, two(layer.kernel));
    case LayerType::kBatchNorm1d:
    case LayerType::kBatchNorm2d:
      return batch_norm(layer, place, tensors, x, training);
    case LayerType::kLayerNorm:
      return torch::layer_norm(x, parameters[0].sizes(), parameters[0], parameters[1],
                               layer.epsilon);
    case LayerType::kGroupNorm:
      return torch::group_norm(x, layer.groups, parameters[0], parameters[1], layer.epsilon);
    case LayerType::kDense:
      return torch::linear(x, parameters[0], layer.bias ? parameters[1] : Tensor());
    case LayerType::kFlatten:
      return x.flatten(1);
    case LayerType::kReshape: {
      std::vector<int64_t> sizes{x.size(0)};
      sizes.insert(sizes.end(), layer.shape.begin(), layer.shape.end());
      return x.reshape(sizes);
    }
    case LayerType::kDropout:
      if (!training || layer.rate == 0) return x;
      return x * dropout_mask(x, layer.rate, context.dropout_seed, place.number);
    default:
      return activate(layer, x);
  }
}

}  // namespace

Flow layer_forward(const Layer& layer, const LayerPlace& place, LayerTensors& tensors,
                   const Flow& in, const LayerContext& context) {
  return {forward(layer, place, tensors, in.x, context), in.lengths};
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
