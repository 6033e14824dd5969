// The folder of a job on the file system, and the small files in it (DESIGN §6).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "fs/file_systems.h"
#include "job/job_spec.h"
#include "roles/job_secrets.h"

namespace howdah::roles {

// Where a running job's master listens.
struct MasterAddress {
  uint32_t attempt = 0;
  std::string address;  // "host:port"
};

class JobFolder {
 public:
  // `<home>/jobs/<job id>`; nothing is created.
  static Result<JobFolder> at(fs::FileSystems& files, const std::string& home_uri,
                              const std::string& job_id);
  // The folder itself, as masters and workers get it.
  static Result<JobFolder> open(fs::FileSystems& files, const std::string& folder_uri);

  const std::string& job_id() const { return job_id_; }
  std::string uri() const { return at_.uri(); }
  std::string path(const std::string& name) const { return at_.path + "/" + name; }
  fs::Location inside(const std::string& name) const { return {at_.files, path(name)}; }
  fs::FileSystem& files() const { return *at_.files; }
  static constexpr int64_t kLimitBytes = 1 << 20;  // of each small file

  Status create(Deadline deadline);        // mode 0700
  Status remove(Deadline deadline) const;  // with all that is in it
  Result<std::string> read(const std::string& name, Deadline deadline) const;
  // Whole or not at all; mode 0600.
  Status write(const std::string& name, const std::string& content, Deadline deadline) const;

  Result<job::JobSpec> read_spec(Deadline deadline) const;     // job.yaml
  Result<MasterAddress> read_master(Deadline deadline) const;  // master; kNotFound: not up yet
  Status write_master(const MasterAddress& master, Deadline deadline) const;
  Result<JobSecrets> read_access(Deadline deadline) const;    // access.json
  Result<std::string> read_summary(Deadline deadline) const;  // summary.json; kNotFound: runs

 private:
  JobFolder(fs::Location at, std::string job_id) : at_(std::move(at)), job_id_(std::move(job_id)) {}
  fs::Location at_;
  std::string job_id_;
};

// `home` of a job file, or .howdah in the user's home on the default file system; no slash at the
// end.
Result<std::string> resolve_home(fs::FileSystems& files, const std::string& configured);
// "<name>-20261123-204408-3fa9": sorts by time, is a file name everywhere.
std::string new_job_id(const std::string& name);

}  // namespace howdah::roles
