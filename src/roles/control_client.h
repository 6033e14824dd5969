// The other end of the control protocol: a worker's session, a user's following and stopping.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/deadline.h"
#include "base/result.h"
#include "net/address.h"
#include "roles/job_secrets.h"
#include "roles/proto/control.pb.h"

namespace howdah::roles {

// One connection of a worker to its master. send() by any thread; read() by one.
class WorkerSession {
 public:
  // Connects and says hello.  kUnavailable  no master there
  static Result<std::unique_ptr<WorkerSession>> open(const net::Address& master,
                                                     const JobSecrets& secrets,
                                                     const control::Hello& hello,
                                                     Deadline deadline);
  ~WorkerSession();
  // Of the master, as it said in its welcome.
  uint32_t attempt() const;
  // False once the session is broken: read() ends too.
  bool send(const control::FromWorker& message);
  // Waits for the next message; false when the session is at its end.
  bool read(control::ToWorker& message);
  // Half-closes: no more will be sent; the master ends the session when it has read all.
  void finish_sending();
  // Ends read() and send() of other threads.
  void cancel();

 private:
  struct Impl;
  explicit WorkerSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Calls `deliver` for each event until the job ends (true from deliver goes on, false stops).
//   ok           the server ended the stream, deliver said stop, or `stop` was requested
//   kUnavailable the master cannot be reached, or went away in mid-job
Status follow_job(const net::Address& master, const JobSecrets& secrets,
                  const std::function<bool(const control::JobEvent&)>& deliver,
                  const std::stop_token& stop, Deadline connect_by);

Status stop_job(const net::Address& master, const JobSecrets& secrets, const std::string& who,
                Deadline deadline);

}  // namespace howdah::roles
