// What layers give with the parameters of a network: a visitor of model::LayerWalk.
#pragma once

#include <span>
#include <vector>

#include "train/layer_forward.h"
#include "train/layout.h"

namespace howdah::train {

struct LayerOutputs {
  const Layout& layout;
  std::span<float> weights;

  Result<Flow> apply(const model::Layer& layer, const model::LayerPlace& place,
                     const Flow& in) const {
    std::vector<torch::Tensor> parameters;
    for (const Parameter& parameter : layout.parameters)
      if (parameter.layer == place.number)
        parameters.push_back(
            torch::from_blob(&weights[static_cast<size_t>(parameter.offset)], parameter.shape));
    LayerTensors tensors{parameters, {}};
    for (const Buffer& buffer : layout.buffers)
      if (buffer.layer == place.number) tensors.buffers.push_back(torch::zeros({buffer.count}));
    const LayerContext context{.training = true};
    return layer_forward({layer, place, tensors, in, context});
  }
  static Status enter(const model::Layer&, const model::LayerPlace&, const Flow&) {
    return Status::ok();
  }
  static Result<Flow> merge(const model::Layer& layer, const model::LayerPlace&,
                            const std::vector<Flow>& outputs) {
    return merge_forward(layer, outputs);
  }
};

}  // namespace howdah::train
