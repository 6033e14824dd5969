#include "worker/worker_setting.h"

#include <charconv>

#include "base/environment.h"
#include "roles/container_launch.h"

namespace howdah::worker {

Result<WorkerSetting> WorkerSetting::from_environment() {
  WorkerSetting setting;
  setting.job_uri = environment(roles::kJobVariable);
  setting.master = environment(roles::kMasterVariable);
  setting.container = environment(roles::kContainerVariable);
  setting.host = environment("NM_HOST");
  if (setting.host.empty() || setting.host == "localhost") setting.host = "127.0.0.1";
  const std::string worker = environment(roles::kWorkerVariable);
  const auto [end, error] =
      std::from_chars(worker.data(), worker.data() + worker.size(), setting.worker);
  if (setting.job_uri.empty() || setting.master.empty() || error != std::errc() || *end != '\0')
    return Status(Code::kInvalidArgument, "a worker is started by a job's master, not by hand")
        .with_advice("use: howdah run JOB.yaml");
  return setting;
}

}  // namespace howdah::worker
