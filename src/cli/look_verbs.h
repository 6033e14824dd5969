// `howdah status|list|logs|stop`: looking at jobs that run or have ended, and ending them.
#pragma once

#include "cli/job_verbs.h"

namespace howdah::cli {

int show_status(const JobRequest& request, Context& context);
int show_list(const JobRequest& request, Context& context);
int show_logs(const JobRequest& request, Context& context);
int stop(const JobRequest& request, Context& context);

}  // namespace howdah::cli
