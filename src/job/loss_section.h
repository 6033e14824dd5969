// The `task:` and the `loss:` of a job file.
#pragma once

#include <cstdint>
#include <string>

#include "job/yaml_section.h"
#include "model/training.h"

namespace howdah::job {

model::Task read_task(YamlSection& job);

// The loss of the task where none is named; else one that fits it, with its options in their
// limits. `layers`: known already, for what the loss asks of the last one.
// Returns where the loss stands, for what only the data can tell.
std::string read_loss(YamlSection& job, model::Training& training);

//   kInvalidArgument  the place; weights that are not one a class, a class to ignore that is none
Status check_loss(const model::Loss& loss, model::Task task, int64_t classes,
                  const std::string& place);

std::string loss_to_yaml(const model::Loss& loss);

}  // namespace howdah::job
