#include "model/parameter_names.h"

namespace howdah::model {

std::vector<std::string> parameter_names(const std::vector<Layer>& layers) {
  std::vector<std::string> names;
  for (size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    const bool linear = layer.type == LayerType::kConv2d || layer.type == LayerType::kDense;
    if (!linear && layer.type != LayerType::kBatchNorm2d) continue;
    names.push_back(std::to_string(i) + ".weight");
    if (!linear || layer.bias) names.push_back(std::to_string(i) + ".bias");
  }
  return names;
}

}  // namespace howdah::model
