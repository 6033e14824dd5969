// The `layers:` of a job file: "relu", or "conv2d: {filters: 32, kernel: 3, padding: same}".
#pragma once

#include <string>
#include <vector>

#include "job/yaml_tree.h"
#include "model/layers.h"

namespace howdah::job {

// Problems go to `error`, the first one is kept.
std::vector<model::Layer> read_layers(const YamlValue& list, Status& error);
// As a YAML flow list; read_layers reads it back to the same layers.
std::string layers_to_yaml(const std::vector<model::Layer>& layers);

}  // namespace howdah::job
