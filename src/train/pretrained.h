// Weights that training begins with, from a safetensors file.
#pragma once

#include <string>

#include "fs/file_system.h"
#include "model/pretrained.h"
#include "train/model_state.h"

namespace howdah::train {

// Puts the file's values in place of the seed's, as model::match_weights says; what is not taken
// stays. Reads what it takes only.
//   kNotFound, kCorrupt  no such file, or none of that kind
//   kInvalidArgument, kUnsupported  as match_weights
Status load_pretrained(fs::FileSystem& files, const std::string& path,
                       const model::Pretrained& pretrained, const ModelState& model,
                       Deadline deadline);

}  // namespace howdah::train
