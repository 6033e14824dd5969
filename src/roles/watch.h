// Follows a job from its submission to its end, over restarts of its master.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "roles/control_client.h"
#include "roles/job_folder.h"
#include "roles/submit.h"

namespace howdah::roles {

struct Watched {
  const JobFolder& folder;
  yarn::ApplicationClient* yarn = nullptr;  // with `application`; null locally
  std::optional<yarn::ApplicationId> application;
  LocalMaster* local = nullptr;
};

// Returns the job's summary.json. Where the master could not write one, it is made here from what
// YARN knows.
//   kCancelled    `stop` was requested; the job goes on
//   kUnavailable  nobody who knows of the job answers
Result<std::string> watch_job(const Watched& job, const Tell& tell,
                              const std::function<void(const control::JobEvent&)>& show,
                              const std::stop_token& stop);

// The summary of a job that ended without its master's word.
std::string summary_from_report(const std::string& job_id, const yarn::ApplicationReport& report);

}  // namespace howdah::roles
