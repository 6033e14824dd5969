// The `prepare:` section of a job file: where raw data come from, the steps, the split, the
// partitions, the output.
#pragma once

#include <string>

#include "job/yaml_section.h"
#include "prepare/spec.h"

namespace howdah::job {

// `path`: as the section is called, "prepare" or "preprocess"; `name`: of the job. Problems go to
// `error`, the first one is kept; where none came, the specification is check()ed.
prepare::PrepareSpec read_prepare(const YamlValue& section, const std::string& path,
                                  const std::string& name, Status& error);

}  // namespace howdah::job
