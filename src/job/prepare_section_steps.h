// The `steps:` of a preparation: a list of maps, `- clean: {...}`, `- normalize: {...}`.
#pragma once

#include <string>
#include <vector>

#include "job/yaml_tree.h"
#include "prepare/step_spec.h"

namespace howdah::job {

// Problems go to `error`, the first one is kept. The steps have no names yet.
std::vector<prepare::StepSpec> read_steps(const YamlValue& list, const std::string& path,
                                          Status& error);

// The rules of one `clean:`, in the order written; added to `steps`.
void read_clean(const YamlValue& clean, const std::string& path,
                std::vector<prepare::StepSpec>& steps, Status& error);
const std::vector<std::string>& clean_words();

}  // namespace howdah::job
