// The names of a network's parameters, as PyTorch's Sequential gives them: "0.weight". Known from
// the layers alone, so that patterns over them are checked before anything is submitted.
#pragma once

#include <string>
#include <vector>

#include "model/layers.h"

namespace howdah::model {

// In the order of train::Layout::parameters.
std::vector<std::string> parameter_names(const std::vector<Layer>& layers);

}  // namespace howdah::model
