// What comes before a job is handed over, on YARN or on this machine: the home, the indexed
// dataset, the check of the layers against it, the job's folder with its files.
#pragma once

#include <functional>
#include <string>

#include "fs/file_systems.h"
#include "job/job_spec.h"
#include "roles/job_folder.h"
#include "roles/job_secrets.h"

namespace howdah::roles {

using Tell = std::function<void(const std::string&)>;  // a line for the user

struct StagedJob {
  std::string job_id;
  std::string home_uri;
  JobFolder folder;
  job::JobSpec spec;  // with full URIs
  JobSecrets secrets;
};

// `conf_dir` is handed on to howdah-data; empty for none. On an error nothing is left behind but
// what other jobs share (the indexed dataset).
Result<StagedJob> stage_job(fs::FileSystems& files, job::JobSpec spec, const std::string& conf_dir,
                            const Tell& tell);

}  // namespace howdah::roles
