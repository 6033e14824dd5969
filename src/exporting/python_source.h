// A network as a Python module of plain PyTorch: class Model, whose state_dict has the names of
// model.safetensors, and load_weights(), which reads that file without another package.
#pragma once

#include "exporting/trained_model.h"

namespace howdah::exporting {

//   kUnsupported  a layer that no module of PyTorch is known for, with its place
Result<std::string> python_source(const TrainedModel& model);
// The same with torchvision's network of that name inside, for weights with torchvision's names.
std::string torchvision_source(const TrainedModel& model);

}  // namespace howdah::exporting
