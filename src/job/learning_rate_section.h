// The `learning_rate:` of a job file: a number, or
// "{schedule: exponential, initial: 0.1, decay: 0.9, every: 1 epoch, warmup: 500 steps}".
#pragma once

#include <string>

#include "job/yaml_section.h"
#include "model/schedule.h"
#include "model/task.h"

namespace howdah::job {

// `job`: the whole file; it remembers problems. `fallback`: the first rate where none is said.
// `task`: what a plateau's measure must fit.
void read_learning_rate(YamlSection& job, double fallback, model::Task task,
                        model::Schedule& schedule);
// The value of the key as a YAML flow map; read back, it is the same schedule.
std::string learning_rate_to_yaml(const model::Schedule& schedule);

// The word of the job file.
const char* name_of(model::ScheduleType type);

}  // namespace howdah::job
