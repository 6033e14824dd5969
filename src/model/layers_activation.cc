// Functions of each value, and of all along an axis.
#include <fmt/format.h>

#include "model/layer_inference.h"

namespace howdah::model {

Status infer_activation(const LayerInference& at, LayerShape&) {
  const Layer& layer = at.layer;
  if (layer.type == LayerType::kHardTanh && !(layer.least < layer.most))
    return at.error(
        fmt::format("needs a min below its max, not {} and {}", layer.least, layer.most));
  if (layer.type == LayerType::kSoftplus && !(layer.beta > 0))
    return at.error(fmt::format("needs a beta above 0, not {}", layer.beta));
  return Status::ok();
}

Status infer_softmax(const LayerInference& at, LayerShape& shape) {
  if (at.layer.axis >= 1 && at.layer.axis <= static_cast<int64_t>(shape.input.size()))
    return Status::ok();
  return at.error(
      fmt::format("goes along axis {}, which its input {} does not have (the batch is"
                  " axis 0)",
                  at.layer.axis, to_string(shape.input)));
}

}  // namespace howdah::model
