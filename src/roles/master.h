// The ApplicationMaster of a job: feeds the coordinator with what containers and workers do, and
// carries out what it decides. Never on a step's critical path.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cluster/container_source.h"
#include "roles/job_folder.h"

namespace howdah::roles {

// How the process was started; from its environment.
struct MasterSetting {
  std::string job_uri;         // HOWDAH_JOB
  bool on_yarn = true;         // HOWDAH_ON: yarn | local
  int64_t started_ms = 0;      // HOWDAH_STARTED_MS: the user's command began
  std::string container;       // CONTAINER_ID of the master's own; empty locally
  std::string application_id;  // from CONTAINER_ID
  uint32_t attempt = 1;        // from CONTAINER_ID
  std::string host;            // NM_HOST, or localhost: where workers and users reach us
  std::string conf_dir;        // HADOOP_CONF_DIR as workers shall see it
  std::string user;

  static Result<MasterSetting> from_environment();
};

// "container_e01_1700000000000_0007_02_000001" -> "application_1700000000000_0007", attempt 2.
Result<std::pair<std::string, uint32_t>> application_of_container(const std::string& container);

// Runs the job to its end. Ok when the job's ending was written and reported, whatever it was.
Status run_master(const MasterSetting& setting);

}  // namespace howdah::roles
