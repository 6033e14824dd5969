#include "roles/worker_start.h"

#include <csignal>
#include <cstdlib>

#include "model/worker_environment.h"
#include "roles/container_launch.h"
#include "roles/job_folder.h"
#include "roles/sibling.h"

namespace howdah::roles {
using std::chrono::seconds;

Status start_worker() {
  const char* job_uri = std::getenv(kJobVariable);
  if (!job_uri)
    return Status(Code::kInvalidArgument, "a worker is started by a job's master, not by hand")
        .with_advice("use: howdah run JOB.yaml");
  const auto configuration = HOWDAH_TRY(hadoop::Configuration::load_default());
  fs::FileSystems files(configuration, HOWDAH_TRY(hadoop::User::current()),
                        HOWDAH_TRY(hadoop::Credentials::from_environment()));
  const auto folder = HOWDAH_TRY(JobFolder::open(files, job_uri));
  const auto spec = HOWDAH_TRY(folder.read_spec(Deadline::after(seconds(60))));
  for (const auto& [name, value] : model::worker_environment(spec.training.threads))
    ::setenv(name.c_str(), value.c_str(), 1);
  // Whoever started us may have blocked the signals for its own use.
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  return exec_sibling("howdah-train", {"worker"});
}

}  // namespace howdah::roles
