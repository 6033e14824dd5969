// Hands a staged job over: to YARN as an application, or to a master that is a process of this
// machine.
#pragma once

#include <memory>
#include <string>

#include "hadoop/configuration.h"
#include "roles/staging.h"
#include "yarn/application_client.h"

namespace howdah::roles {

struct Submitted {
  std::string job_id, job_uri;
  std::string application_id;  // of YARN; empty locally
  int64_t started_ms = 0;      // the user's command began
};

// Uploads the runtime where it is not there yet, and submits. The application's id is written to
// the job folder. What YARN would refuse is asked before anything is uploaded.
Result<Submitted> submit_to_yarn(fs::FileSystems& files, const hadoop::Configuration& configuration,
                                 const StagedJob& job, int64_t started_ms, const Tell& tell);
// Whether YARN could grant what the job asks for; before it is staged.
Status check_yarn(fs::FileSystems& files, const hadoop::Configuration& configuration,
                  const job::JobSpec& spec);

// A master as a child of this process. It ends when the job has ended, or by SIGINT and SIGTERM.
class LocalMaster {
 public:
  static Result<std::unique_ptr<LocalMaster>> start(const StagedJob& job,
                                                    const std::string& conf_dir,
                                                    const std::string& user, int64_t started_ms);
  ~LocalMaster();  // asks it to stop, and waits for it
  bool running();
  void terminate();  // SIGTERM
  const std::string& log_path() const { return log_path_; }

 private:
  LocalMaster(int pid, std::string log_path) : pid_(pid), log_path_(std::move(log_path)) {}
  int pid_;
  bool ended_ = false;
  std::string log_path_;
};

}  // namespace howdah::roles
