// The `answer:` of a job: a model that is asked instead of trained. `howdah evaluate` and `howdah
// predict` write it; people may, too.
#pragma once

#include <optional>
#include <string>

#include "dataset/plan.h"
#include "job/yaml_section.h"

namespace howdah::job {

struct AnswerSpec {
  std::string weights;     // URI of a model.safetensors
  std::string trained_on;  // URI of the indexed dataset that it was trained on
  dataset::Part part = dataset::Part::kTest;
  // URI of a folder for what is said of each record; empty: the answers are measured only.
  std::string output;
};

// Nothing where the section is absent.
std::optional<AnswerSpec> read_answer(YamlSection keys);
std::string answer_to_yaml(const AnswerSpec& answer);

}  // namespace howdah::job
