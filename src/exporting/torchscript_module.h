// A network as a TorchScript file: loads in any libtorch, and in Python without Howdah's or the
// network's code.
#pragma once

#include "exporting/trained_model.h"

namespace howdah::exporting {

// The file's bytes: a module with `forward(input)`, whose parameters and buffers have the names of
// model.safetensors; beside them "normalization.mean" and ".stddev" where the job normalizes.
// Input: [batch, shape...], raw pixels of any type. Output: float32 [batch, classes]. The archive
// also holds `extra`, names and contents. Of a job that trained a TorchScript archive: that archive
// with the trained weights, as it was otherwise.
//   kUnsupported  a layer that there is no expression for, with its place
Result<std::string> torchscript_file(const TrainedModel& model,
                                     const std::vector<std::pair<std::string, std::string>>& extra);

}  // namespace howdah::exporting
