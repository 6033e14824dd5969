// The `augment:` in the `data:` of a job file.
#pragma once

#include <string>

#include "job/yaml_section.h"
#include "model/augmentation.h"

namespace howdah::job {

model::Augmentation read_augmentation(YamlSection keys);
// As a YAML flow map; read_augmentation reads it back to the same values.
std::string augmentation_to_yaml(const model::Augmentation& augmentation);

}  // namespace howdah::job
