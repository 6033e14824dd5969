// What proves membership of a job: its certificate authority's certificate, the identities of
// master, workers and user, and the secret of the data plane. Made by the client; master and
// workers find them among YARN's credentials, the user's other terminals in the job folder's
// access.json (mode 0600).
#pragma once

#include <string>

#include "base/result.h"
#include "hadoop/credentials.h"
#include "net/certificates.h"

namespace howdah::roles {

struct JobSecrets {
  std::string authority;  // PEM
  net::Identity master, worker, user;
  std::string data_secret;  // 32 bytes

  static Result<JobSecrets> create(const std::string& job_id);
  // Without the user's identity.
  void add_to(hadoop::Credentials& credentials) const;
  // What only a worker may know: not the master's key.
  void add_worker_part_to(hadoop::Credentials& credentials) const;
  //   kUnauthenticated  the credentials hold none
  static Result<JobSecrets> from(const hadoop::Credentials& credentials);
  std::string user_json() const;
  static Result<JobSecrets> from_user_json(const std::string& text);
};

}  // namespace howdah::roles
