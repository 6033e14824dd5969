#include "train/forward_sequence.h"

#include <limits>

namespace howdah::train {
namespace {

using torch::Tensor;

// The sequence with `value` in its padding, whatever stood there.
Tensor filled(const Flow& flow, double value) {
  if (flow.lengths.min().item<int64_t>() == flow.x.size(1)) return flow.x;
  const Tensor mask = padding_mask(flow.lengths, flow.x.size(1));
  return flow.x.masked_fill(mask.unsqueeze(2), value);
}

}  // namespace

Tensor padding_mask(const Tensor& lengths, int64_t length) {
  return torch::arange(length).unsqueeze(0).ge(lengths.unsqueeze(1));
}

Flow global_average_pool_forward(const LayerCall& call) {
  if (!call.in.lengths.defined()) return {call.in.x.flatten(2).mean(2), {}};
  return {filled(call.in, 0).sum(1) / call.in.lengths.unsqueeze(1).to(torch::kFloat32), {}};
}

Flow global_max_pool_forward(const LayerCall& call) {
  if (!call.in.lengths.defined()) return {std::get<0>(call.in.x.flatten(2).max(2)), {}};
  const double least = -std::numeric_limits<float>::infinity();
  return {std::get<0>(filled(call.in, least).max(1)), {}};
}

Tensor convolve_sequence(const LayerCall& call) {
  const model::Layer& layer = call.layer;
  const int64_t reach = layer.dilation.columns * (layer.kernel.columns - 1);
  const Tensor x =
      torch::constant_pad_nd(filled(call.in, 0).transpose(1, 2), {reach / 2, reach - reach / 2});
  const auto parameters = call.tensors.parameters;
  return torch::conv1d(x, parameters[0], layer.bias ? parameters[1] : Tensor(), 1,
                       torch::IntArrayRef{0}, layer.dilation.columns, layer.groups)
      .transpose(1, 2);
}

}  // namespace howdah::train
