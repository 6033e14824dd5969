// `howdah prepare`: checks a preparation here, and leaves it to `howdah-data`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/context.h"
#include "prepare/spec.h"

namespace howdah::cli {

struct PrepareRequest {
  bool chosen = false;
  std::string job;  // the job file
  std::vector<std::string> set;
  std::string on = "local";      // local | mapreduce
  std::string memory = "1 GiB";  // of the whole process, on this machine
  bool overwrite = false, json = false, check = false;
  int maps = 0, reduces = 0;  // 0: by the size of the data
  std::string queue;          // empty: the default one
};
void add_prepare_verb(CLI::App& app, PrepareRequest& request);
// Returns the exit code; complains by itself. Where there is something to do, this process becomes
// `howdah-data` and does not come back.
int prepare(const PrepareRequest& request, const Context& context);
// The same of a specification at hand; request.job and .set are not used.
int prepare(const PrepareRequest& request, const prepare::PrepareSpec& spec,
            const Context& context);

// Before something else that needs its result: waits for it, and shows its words on standard error.
// Returns its exit code.
int prepare_first(const PrepareRequest& request, const prepare::PrepareSpec& spec,
                  const Context& context);

}  // namespace howdah::cli
