// The `metrics:` of a job file: a list of measures' names, checked against the task.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job/yaml_section.h"

namespace howdah::job {

struct MetricSpec {
  std::string name;
  std::string place;  // file:line:column, for what only the data can tell
};

// Problems go to the section's error, at the name's place. With unknown classes what fits two of
// them is accepted: check_metrics() decides.
std::vector<MetricSpec> read_metrics(YamlSection& keys, std::optional<int64_t> classes);

//   kInvalidArgument  the place; a measure that does not fit a classification with so many classes
Status check_metrics(const std::vector<MetricSpec>& metrics, int64_t classes);

}  // namespace howdah::job
