// `howdah run` and `howdah submit`.
#pragma once

#include "cli/job_verbs.h"

namespace howdah::cli {

int run_and_follow(const JobRequest& request, Context& context, int64_t started_ms);
// `howdah evaluate` and `howdah predict`.
int ask_and_follow(const JobRequest& request, Context& context, int64_t started_ms);
int submit_only(const JobRequest& request, Context& context, int64_t started_ms);
// From the outcome in a summary.json.
int exit_code_of_summary(const std::string& summary_json);

}  // namespace howdah::cli
