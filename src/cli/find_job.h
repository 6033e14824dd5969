// From what a person types to a job's folder: a job id, or YARN's application id.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "roles/job_folder.h"

namespace howdah::cli {

// kNotFound names the nearest job id, when one is near.
Result<roles::JobFolder> find_job(Context& context, const std::string& home,
                                  const std::string& job);

// The ids of all jobs of a home, newest first.
Result<std::vector<std::string>> list_jobs(Context& context, const std::string& home_uri);

// The application id in the job's folder; empty for a local job.
std::string application_of(const roles::JobFolder& folder);

}  // namespace howdah::cli
