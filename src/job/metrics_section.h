// The `metrics:` of a job file, and measures that are watched: checked against the task.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job/yaml_section.h"
#include "model/schedule.h"
#include "model/task.h"

namespace howdah::job {

struct MetricSpec {
  std::string name;
  std::string place;  // file:line:column, for what only the data can tell
};

// Problems go to the section's error, at the name's place. With unknown classes what fits two of
// them is accepted: check_metrics() decides.
std::vector<MetricSpec> read_metrics(YamlSection& keys, model::Task task,
                                     std::optional<int64_t> classes);

//   kInvalidArgument  the place; a measure that does not fit the task with so many classes
Status check_metrics(const std::vector<MetricSpec>& metrics, model::Task task, int64_t classes);

// The section's `measure:`: "loss", or a number that evaluations of the task report or may report.
model::Schedule::Measure read_measure(YamlSection& keys, model::Task task,
                                      const model::Schedule::Measure& fallback);

}  // namespace howdah::job
