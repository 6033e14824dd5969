// `howdah-train inspect`: what a user's module is, for a client without libtorch.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "base/status.h"

namespace howdah::worker {

struct InspectCommand {
  std::string job;             // the job file's text, with a module and full URIs
  std::string index;           // URI of the indexed dataset; empty: the module is not tried
  std::vector<int64_t> input;  // without an index: the shape of a sample, as far as it is known
  int64_t vocabulary = 0;
  std::string conf;  // Hadoop's configuration folder; empty: the environment's
};

// Writes one line of JSON: "sha256" of the file, and "parts" (model::parts_to_json).
//   as train::look_into_module and train::try_module, with the module's file as peer
Status run_inspect(const InspectCommand& command, std::FILE* out);

}  // namespace howdah::worker
