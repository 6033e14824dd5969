// The master's ear: sessions of the workers, followers of the job, requests to stop. gRPC over
// mutual TLS; a worker's certificate opens no user's call and the reverse.
//
// Thread-safe. What comes in is posted to the mailbox; send() queues and returns.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "base/result.h"
#include "net/address.h"
#include "roles/job_secrets.h"
#include "roles/mailbox.h"
#include "roles/proto/control.pb.h"

namespace howdah::roles {

struct FromWorkerEvent {
  uint32_t worker = 0;
  control::FromWorker message;
};
struct SessionEnded {
  uint32_t worker = 0;
};
struct StopAsked {
  std::string who;
};
using ControlEvent = std::variant<FromWorkerEvent, SessionEnded, StopAsked>;

class ControlServer {
 public:
  using Deliver = std::function<void(ControlEvent)>;  // called on threads of the server's

  // Listens on a free port of every interface.
  static Result<std::unique_ptr<ControlServer>> start(const JobSecrets& secrets, uint32_t attempt,
                                                      Deliver deliver);
  ~ControlServer();
  int port() const;

  // To the worker's present session; dropped when it has none.
  void send(uint32_t worker, const control::ToWorker& message);
  // To all followers, and kept: a follower that comes later gets the latest of each kind first, and
  // every announcement.
  void publish(const control::JobEvent& event);
  // Lets what is queued go out, at most until the deadline, then ends all calls.
  void stop(Deadline deadline);

 private:
  class Service;
  class Session;
  class Follower;
  explicit ControlServer(std::unique_ptr<Service> service);
  std::unique_ptr<Service> service_;
};

}  // namespace howdah::roles
