// `howdah config --summary`: the table of a job's layers.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "job/job_spec.h"

namespace howdah::cli {

struct SummaryRequest {
  bool wanted = false;
  std::string input;       // "3x32x32", "tokens:256"
  int64_t vocabulary = 0;  // of the tokens; 0: the layers say it
};
void add_summary_options(CLI::App* config, SummaryRequest& request);
// kInvalidArgument: no input, one that is no shape, or one that the layers refuse.
Result<std::string> summary_text(const job::JobSpec& spec, const SummaryRequest& request);

}  // namespace howdah::cli
