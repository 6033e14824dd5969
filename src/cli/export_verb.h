// `howdah export`: finds the job, and leaves the rest to `howdah-train`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/context.h"

namespace howdah::cli {

struct ExportRequest {
  bool chosen = false;
  std::string job;  // a job id, an application id, or a job's folder
  std::string home, format, output, checkpoint, names;
  bool overwrite = false, json = false;
};
void add_export_verb(CLI::App& app, ExportRequest& request);
// Returns the exit code; complains by itself. Where there is something to do, this process becomes
// `howdah-train` and does not come back.
int export_model(const ExportRequest& request, Context& context);

}  // namespace howdah::cli
