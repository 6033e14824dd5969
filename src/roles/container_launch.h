// What a worker's container gets: command, environment, files, credentials.
#pragma once

#include "cluster/container_source.h"
#include "hadoop/credentials.h"
#include "job/job_spec.h"
#include "roles/job_folder.h"
#include "roles/master.h"

namespace howdah::roles {

class WorkerLauncher {
 public:
  // Reads runtime.json of the job folder.
  static Result<WorkerLauncher> create(const MasterSetting& setting, const JobFolder& folder,
                                       const hadoop::Credentials& credentials,
                                       const JobSecrets& secrets, const std::string& master_address,
                                       Deadline deadline);
  cluster::Launch launch(uint32_t worker, const std::string& container) const;

 private:
  cluster::Launch template_;
};

// Names of the environment, shared by the client, the master and the workers.
inline constexpr const char* kJobVariable = "HOWDAH_JOB";
inline constexpr const char* kOnVariable = "HOWDAH_ON";
inline constexpr const char* kStartedVariable = "HOWDAH_STARTED_MS";
inline constexpr const char* kWorkerVariable = "HOWDAH_WORKER";
inline constexpr const char* kContainerVariable = "HOWDAH_CONTAINER";
inline constexpr const char* kMasterVariable = "HOWDAH_MASTER";
// Where the runtime's libraries lie in a YARN container, relative to its working folder.
inline constexpr const char* kLibraryFolder = "lib";
inline constexpr const char* kConfFolder = "conf";

}  // namespace howdah::roles
