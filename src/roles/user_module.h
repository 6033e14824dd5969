// A network of the user's own on its way to the workers: howdah-train looks into the file, and it
// is copied into the job's folder, from where each worker reads it.
#pragma once

#include <string>
#include <vector>

#include "fs/file_systems.h"
#include "job/job_spec.h"
#include "roles/job_folder.h"

namespace howdah::roles {

// What is known of the data where there is no index yet.
struct KnownInput {
  model::Shape shape = {};
  int64_t vocabulary = 0;
};

// Fills in SHA-256 and parts of the module, which the job has. Where the data are indexed, it is
// also tried on two made-up records of theirs. conf_dir: as stage_job.
//   kInvalidArgument  what is wrong with it, with its place in the job file
Status look_into_module(job::JobSpec& spec, const std::string& conf_dir,
                        const KnownInput& input = {});

// Copies the file into the folder, and names the copy in the module.
//   kInvalidArgument  it is no longer the file that was looked into
Status stage_module(fs::FileSystems& files, const JobFolder& folder, model::UserModule& module,
                    Deadline deadline);

}  // namespace howdah::roles
