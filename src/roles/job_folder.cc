#include "roles/job_folder.h"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

namespace howdah::roles {

Result<JobFolder> JobFolder::at(fs::FileSystems& files, const std::string& home_uri,
                                const std::string& job_id) {
  return open(files, home_uri + "/jobs/" + job_id);
}

Result<JobFolder> JobFolder::open(fs::FileSystems& files, const std::string& folder_uri) {
  fs::Location at = HOWDAH_TRY(files.resolve(folder_uri));
  std::string job_id = at.path.substr(at.path.rfind('/') + 1);
  return JobFolder(std::move(at), std::move(job_id));
}

Status JobFolder::create(Deadline deadline) {
  return at_.files->mkdir(at_.path, 0700, deadline);
}

Status JobFolder::remove(Deadline deadline) const {
  return at_.files->remove(at_.path, true, deadline);
}

Result<std::string> JobFolder::read(const std::string& name, Deadline deadline) const {
  return fs::read_file(*at_.files, path(name), kLimitBytes, deadline);
}

Status JobFolder::write(const std::string& name, const std::string& content,
                        Deadline deadline) const {
  fs::CreateOptions options;
  options.permission = 0600;
  return fs::write_file_atomically(*at_.files, path(name), as_bytes(content), options, deadline);
}

Result<job::JobSpec> JobFolder::read_spec(Deadline deadline) const {
  return job::parse_job(HOWDAH_TRY(read("job.yaml", deadline)), uri() + "/job.yaml");
}

Result<MasterAddress> JobFolder::read_master(Deadline deadline) const {
  const auto json = nlohmann::json::parse(HOWDAH_TRY(read("master", deadline)), nullptr, false);
  if (!json.is_object() || !json.contains("address") || !json["address"].is_string())
    return Status(Code::kCorrupt, "no master's address").with_peer(path("master"));
  const auto attempt = json.find("attempt");
  if (attempt == json.end() || !attempt->is_number_unsigned())
    return Status(Code::kCorrupt, "no attempt of the master").with_peer(path("master"));
  return MasterAddress{attempt->get<uint32_t>(), json["address"].get<std::string>()};
}

Status JobFolder::write_master(const MasterAddress& master, Deadline deadline) const {
  return write(
      "master",
      nlohmann::json{{"attempt", master.attempt}, {"address", master.address}}.dump() + "\n",
      deadline);
}

Result<JobSecrets> JobFolder::read_access(Deadline deadline) const {
  return JobSecrets::from_user_json(HOWDAH_TRY(read("access.json", deadline)));
}

Result<std::string> JobFolder::read_summary(Deadline deadline) const {
  return read("summary.json", deadline);
}

Result<std::string> resolve_home(fs::FileSystems& files, const std::string& configured) {
  if (configured.empty()) return HOWDAH_TRY(files.home()).uri() + "/.howdah";
  return HOWDAH_TRY(files.resolve(configured)).uri();
}

std::string new_job_id(const std::string& name) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  const std::string random = net::random_bytes(2);
  return fmt::format("{}-{:04}{:02}{:02}-{:02}{:02}{:02}-{:02x}{:02x}", name, utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     static_cast<unsigned char>(random[0]), static_cast<unsigned char>(random[1]));
}

}  // namespace howdah::roles
