// The `optimizer:` and `regularization:` of a job file.
#pragma once

#include <string>

#include "job/yaml_section.h"
#include "model/training.h"

namespace howdah::job {

// root: the whole file. Problems go to `error`, the first one is kept.
void read_optimizer(YamlSection& root, model::Training& training, Status& error);
// As YAML flow maps; read_optimizer reads them back to the same values.
std::string optimizer_to_yaml(const model::Optimizer& optimizer);
std::string regularization_to_yaml(const model::Regularization& regularization);

}  // namespace howdah::job
