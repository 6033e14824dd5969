// `model: {torchscript: URI}` and `model: {plugin: URI, options: {...}}` of a job file.
#pragma once

#include <optional>
#include <string>

#include "job/yaml_section.h"
#include "model/task.h"
#include "model/user_module.h"

namespace howdah::job {

// Nothing where the model is another one. A file without a scheme and without a '/' at its
// beginning lies beside the job file that names it. The caller finishes the section.
std::optional<model::UserModule> read_user_module(YamlSection& keys, model::Task task);
// As a YAML flow map; read_user_module reads it back to the same values.
std::string user_module_to_yaml(const model::UserModule& module);

}  // namespace howdah::job
