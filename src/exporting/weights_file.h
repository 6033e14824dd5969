// A network's weights as safetensors, with Howdah's names or torchvision's.
#pragma once

#include "exporting/trained_model.h"

namespace howdah::exporting {

enum class Names { kHowdah, kTorchvision };

//   kInvalidArgument  torchvision has no names for this network
Status check_names(const TrainedModel& model, Names names);
// The file's bytes; with Howdah's names those of the job's model.safetensors.
std::string weights_file(const TrainedModel& model, Names names);

}  // namespace howdah::exporting
