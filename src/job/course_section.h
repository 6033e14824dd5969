// The `stop_early:`, `checkpoint:` and `on_nan:` of a job file.
#pragma once

#include <chrono>
#include <string>

#include "job/yaml_section.h"
#include "model/course.h"
#include "model/task.h"

namespace howdah::job {

// One of the three says how often.
struct CheckpointSpec {
  int64_t every_steps = 0;
  int64_t every_epochs = 1;
  std::chrono::seconds every{0};
  int keep = 3;
};

// root: the whole file. What is not said of the best model follows from early stopping.
void read_course(YamlSection& root, model::Task task, model::CourseRules& course,
                 CheckpointSpec& checkpoint);
// The lines of these keys.
std::string course_to_yaml(const model::CourseRules& course, const CheckpointSpec& checkpoint);

}  // namespace howdah::job
