// Applications of a ResourceManager: submit, watch, kill; its queues and nodes.
// ApplicationClientProtocol, version 1; Hadoop: YarnClientImpl.
//
// Thread-safe. Errors of every call, besides those named: kUnavailable and kDeadlineExceeded no
// ResourceManager answers (the advice names the key that says where it is), kPermissionDenied,
// kQuotaExceeded, kTokenExpired.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"
#include "hadoop/rpc_client.h"
#include "yarn/launch_context.h"
#include "yarn/records.h"

namespace howdah::yarn {

inline constexpr const char* kApplicationType = "HOWDAH";

struct NewApplication {
  ApplicationId id;
  Resource maximum;  // of one container
};

struct Submission {
  ApplicationId id;
  std::string name;
  std::string queue = "default";
  std::string type = kApplicationType;
  std::vector<std::string> tags;
  Resource resource;  // of the master's container
  LaunchContext master;
  // Capped by the cluster's yarn.resourcemanager.am.max-attempts; attempts that failed longer ago
  // than the interval do not count.
  int max_attempts = 2;
  std::chrono::milliseconds attempt_failures_validity{std::chrono::minutes(10)};
  bool keep_containers = true;  // when the master fails and another attempt follows
};

struct ApplicationFilter {
  std::vector<std::string> types;  // each list: empty for all
  std::vector<std::string> users;
  std::vector<ApplicationState> states;
};

class ApplicationClient {
 public:
  //   kInvalidArgument  no ResourceManager is configured
  static Result<ApplicationClient> create(const hadoop::Configuration& configuration,
                                          const hadoop::User& user,
                                          const hadoop::Credentials& credentials);

  Result<NewApplication> get_new_application(Deadline deadline);
  // An unknown queue is not refused here: the application fails afterwards. See check_request and
  // failure_of.
  //   kInvalidArgument  more than the maximum, for example
  Status submit_application(const Submission& submission, Deadline deadline);
  //   kNotFound  no such application, or it was forgotten
  Result<ApplicationReport> get_application_report(const ApplicationId& id, Deadline deadline);
  // Newest first.
  Result<std::vector<ApplicationReport>> get_applications(const ApplicationFilter& filter,
                                                          Deadline deadline);
  // Asks until it is done. An application that is over already is no error.
  //   kNotFound  no such application
  Status force_kill_application(const ApplicationId& id, const std::string& why, Deadline deadline);
  // With all its children, of every depth. "root" is all.
  //   kNotFound  no such queue
  Result<QueueInfo> get_queue_info(const std::string& queue, Deadline deadline);
  // Whether this user may submit to the queue. A queue that YARN does not list is allowed.
  Result<bool> may_submit(const QueueInfo& queue, Deadline deadline);
  // Those that run.
  Result<std::vector<NodeReport>> get_cluster_nodes(Deadline deadline);
  // Oldest first.
  Result<std::vector<AttemptReport>> get_application_attempts(const ApplicationId& id,
                                                              Deadline deadline);
  // Of one attempt; the ResourceManager forgets those that ended.
  Result<std::vector<ContainerReport>> get_containers(const AttemptId& id, Deadline deadline);

  // Whether a job that asks for this can run at all, before anything is submitted.
  //   kNotFound          no such queue, or it has queues below it: the message names those there
  //   are kInvalidArgument   a container larger than the maximum: the message has both sizes; or no
  //                      node has such GPUs
  //   kFailedPrecondition  the queue is stopped
  //   kPermissionDenied  this user may not submit to it
  Status check_request(const std::string& queue, const Resource& container, Deadline deadline);

 private:
  ApplicationClient(const hadoop::Configuration& configuration, hadoop::RpcOptions options);
  Status call(const char* method, const google::protobuf::MessageLite& request,
              google::protobuf::MessageLite* response, Deadline deadline);
  Status unknown_queue(const std::string& queue, Deadline deadline);

  hadoop::Configuration configuration_;
  std::unique_ptr<hadoop::RpcClient> rpc_;
};

// Why an application that is over did not succeed, from its diagnostics: typed where YARN refused
// it (queue, permission, quota, token), kCancelled where it was killed, kInternal otherwise. OK
// when it succeeded or is not over.
Status failure_of(const ApplicationReport& report);

}  // namespace howdah::yarn
