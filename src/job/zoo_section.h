// `model: {type: mlp, hidden: [512, 256], classes: 10}` of a job file.
#pragma once

#include <string>

#include "job/yaml_section.h"
#include "model/zoo.h"

namespace howdah::job {

// Reads the keys beside `type`, which is there; the caller finishes the section.
model::ZooModel read_zoo(YamlSection& keys);
// As a YAML flow map; read_zoo reads it back to the same model.
std::string zoo_to_yaml(const model::ZooModel& model);

}  // namespace howdah::job
