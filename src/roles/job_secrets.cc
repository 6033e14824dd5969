#include "roles/job_secrets.h"

#include <nlohmann/json.hpp>

namespace howdah::roles {
namespace {
constexpr const char* kAuthority = "howdah.authority";
constexpr const char* kMasterCertificate = "howdah.master.certificate";
constexpr const char* kMasterKey = "howdah.master.key";
constexpr const char* kWorkerCertificate = "howdah.worker.certificate";
constexpr const char* kWorkerKey = "howdah.worker.key";
constexpr const char* kDataSecret = "howdah.data.secret";
constexpr size_t kSecretBytes = 32;
}  // namespace

Result<JobSecrets> JobSecrets::create(const std::string& job_id) {
  const auto authority = HOWDAH_TRY(net::CertificateAuthority::create("howdah job " + job_id));
  JobSecrets secrets;
  secrets.authority = authority.certificate();
  secrets.master = HOWDAH_TRY(authority.issue("master"));
  secrets.worker = HOWDAH_TRY(authority.issue("worker"));
  secrets.user = HOWDAH_TRY(authority.issue("user"));
  secrets.data_secret = net::random_bytes(kSecretBytes);
  return secrets;
}

void JobSecrets::add_worker_part_to(hadoop::Credentials& credentials) const {
  credentials.add_secret(kAuthority, authority);
  credentials.add_secret(kWorkerCertificate, worker.certificate);
  credentials.add_secret(kWorkerKey, worker.key);
  credentials.add_secret(kDataSecret, data_secret);
}

void JobSecrets::add_to(hadoop::Credentials& credentials) const {
  add_worker_part_to(credentials);
  credentials.add_secret(kMasterCertificate, master.certificate);
  credentials.add_secret(kMasterKey, master.key);
}

Result<JobSecrets> JobSecrets::from(const hadoop::Credentials& credentials) {
  const auto get = [&](const char* alias) { return credentials.secret(alias).value_or(""); };
  JobSecrets secrets;
  secrets.authority = get(kAuthority);
  secrets.master = {get(kMasterCertificate), get(kMasterKey)};
  secrets.worker = {get(kWorkerCertificate), get(kWorkerKey)};
  secrets.data_secret = get(kDataSecret);
  if (secrets.authority.empty() || secrets.data_secret.size() != kSecretBytes)
    return Status(Code::kUnauthenticated, "the container's credentials hold no secrets of a job")
        .with_advice("this program is started by howdah run, not by hand");
  return secrets;
}

std::string JobSecrets::user_json() const {
  return nlohmann::json{
      {"authority", authority}, {"certificate", user.certificate}, {"key", user.key}}
      .dump();
}

Result<JobSecrets> JobSecrets::from_user_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return Status(Code::kCorrupt, "access.json is no JSON object");
  for (const char* key : {"authority", "certificate", "key"})
    if (!json.contains(key) || !json[key].is_string())
      return Status(Code::kCorrupt, "access.json has no " + std::string(key));
  JobSecrets secrets;
  secrets.authority = json.value("authority", "");
  secrets.user = {json.value("certificate", ""), json.value("key", "")};
  return secrets;
}

}  // namespace howdah::roles
