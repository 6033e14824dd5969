// What a job's master, and after its end the history server, tell of it.
// MRClientProtocol and HSClientProtocol, version 1; Hadoop: mapred.ClientServiceDelegate.
//
// Thread-safe. Errors: kUnavailable and kDeadlineExceeded where nobody answers, kNotFound where the
// job is unknown there, kUnauthenticated where Kerberos is wanted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"
#include "hadoop/rpc_client.h"
#include "mapreduce/job.h"
#include "net/address.h"
#include "yarn/records.h"

namespace howdah::mapreduce {

struct JobReport {
  enum class State { kStarting, kRunning, kSucceeded, kFailed, kKilled } state = State::kStarting;
  double map_fraction = 0, reduce_fraction = 0;
  std::string diagnostics;
  bool is_over() const { return state >= State::kSucceeded; }
};

struct AttemptName {
  yarn::ApplicationId application;
  bool reduce = false;
  int task = 0, attempt = 0;
  std::string task_name() const;  // "task_1700000000000_0001_m_000003"
  std::string to_string() const;  // "attempt_1700000000000_0001_m_000003_0"
  auto operator<=>(const AttemptName&) const = default;
};

// An attempt's end. A success may later become obsolete: the map output is lost, and the task runs
// again.
struct AttemptEnd {
  enum class How { kSucceeded, kFailed, kKilled, kObsolete } how = How::kSucceeded;
  AttemptName attempt;
};

struct AttemptReport {
  std::string node, node_http;  // host, "host:port"
  yarn::ContainerId container;
  std::string diagnostics;
};

// "job_1700000000000_0001"
std::string job_name(const yarn::ApplicationId& application);

class JobClient {
 public:
  static JobClient of_master(const net::Address& master, const hadoop::User& user);
  //   kInvalidArgument  mapreduce.jobhistory.address is no address
  static Result<JobClient> of_history(const hadoop::Configuration& configuration,
                                      const hadoop::User& user,
                                      const hadoop::Credentials& credentials);

  Result<JobReport> get_job_report(const yarn::ApplicationId& job, Deadline deadline);
  Result<Counters> get_counters(const yarn::ApplicationId& job, Deadline deadline);
  // At most `limit`, from the event of that number on, in their order.
  Result<std::vector<AttemptEnd>> get_attempt_ends(const yarn::ApplicationId& job, int from,
                                                   int limit, Deadline deadline);
  Result<AttemptReport> get_attempt_report(const AttemptName& attempt, Deadline deadline);
  // Returns before it is done.
  Status kill_job(const yarn::ApplicationId& job, Deadline deadline);

 private:
  explicit JobClient(hadoop::RpcOptions options);
  Status call(const char* method, const google::protobuf::MessageLite& request,
              google::protobuf::MessageLite* response, Deadline deadline);
  std::unique_ptr<hadoop::RpcClient> rpc_;
};

}  // namespace howdah::mapreduce
