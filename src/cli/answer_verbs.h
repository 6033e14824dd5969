// `howdah evaluate` and `howdah predict`: a finished job's model is asked, on YARN or here.
#pragma once

#include "cli/job_verbs.h"

namespace howdah::cli {

void add_answer_verbs(CLI::App& app, JobRequest& request);

// The job that asks the model of request.job.
//   kNotFound            no such job; no model or checkpoint in its folder
//   kFailedPrecondition  the job has not ended
Result<job::JobSpec> answering_job(const JobRequest& request, Context& context);

}  // namespace howdah::cli
