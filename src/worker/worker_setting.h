// How a worker's process was started; from its environment, which the master made.
#pragma once

#include <string>

#include "base/result.h"

namespace howdah::worker {

struct WorkerSetting {
  std::string job_uri;    // HOWDAH_JOB
  std::string master;     // HOWDAH_MASTER: "host:port" at the time of the launch
  uint32_t worker = 0;    // HOWDAH_WORKER
  std::string container;  // HOWDAH_CONTAINER
  std::string host;       // where others reach us: NM_HOST, or 127.0.0.1

  //   kInvalidArgument  not started by a master
  static Result<WorkerSetting> from_environment();
};

}  // namespace howdah::worker
