// What each type of layer is in PyTorch's modules. A new type is a row in python_layers.cc.
#pragma once

#include <set>

#include "exporting/layer_table.h"

namespace howdah::exporting {

// Modules that PyTorch has not: their definitions go before the network's.
enum class PythonModule { kGlobalAveragePool, kReshape, kResidual, kParallel };
std::string_view python_definition(PythonModule module);

// "nn.Conv2d(1, 8, 3, padding=1)". Adds to `needed` what it refers to.
//   kUnsupported  no row for this type
Result<std::string> python_layer(const LayerAt& at, std::set<PythonModule>& needed);

}  // namespace howdah::exporting
