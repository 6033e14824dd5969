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

// Of a job with a module of the user's: howdah-train looks into it. Its input is needed only by a
// plug-in that is made for it.
Result<std::string> module_summary(job::JobSpec spec, const SummaryRequest& request,
                                   const std::string& conf_dir);
// Its parts were looked into.
std::string module_summary_text(const model::UserModule& module);

}  // namespace howdah::cli
