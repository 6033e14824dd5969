// The `pretrained:` in the `model:` of a job file.
#pragma once

#include <string>

#include "job/yaml_section.h"
#include "model/pretrained.h"

namespace howdah::job {

// zoo: the network's type, where it has one.
model::Pretrained read_pretrained(YamlSection keys, std::optional<model::ZooType> zoo);
// As a YAML flow map; read_pretrained reads it back to the same values.
std::string pretrained_to_yaml(const model::Pretrained& pretrained);

}  // namespace howdah::job
