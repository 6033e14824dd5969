// `howdah run|submit|evaluate|predict|status|list|logs|stop|config`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/config_summary.h"
#include "cli/context.h"

namespace howdah::cli {

struct JobRequest {
  std::string verb;
  std::string job;  // a job file for run, submit, config; else a job id or an application id
  std::vector<std::string> set;
  std::string on = "yarn";
  std::string home;                            // of other people's or other places' jobs
  std::string data, part, checkpoint, output;  // evaluate, predict
  int workers = 0;                             // evaluate, predict; 0: the job's
  int worker = -1;                             // logs: of this worker; the master's otherwise
  bool out = false;                            // logs: standard output instead of standard error
  int64_t tail_bytes = 0;
  bool plot_lr = false;         // config: draw the learning rate
  int64_t steps_per_epoch = 0;  // config: of the drawing; 0: not known
  bool json = false;
  SummaryRequest summary;  // config
};
void add_job_verbs(CLI::App& app, JobRequest& request);
// Returns the exit code; complains by itself.
int run_job_verb(const JobRequest& request, Context& context, int64_t started_ms);

}  // namespace howdah::cli
