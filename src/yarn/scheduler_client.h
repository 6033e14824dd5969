// An ApplicationMaster's line to the scheduler: it registers, asks for containers, hears of them,
// and signs off. ApplicationMasterProtocol, version 1; Hadoop: AMRMClientImpl.
//
// register_master, allocate and finish by one thread; node_token by any.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/mutex.h"
#include "base/result.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"
#include "hadoop/rpc_client.h"
#include "yarn/records.h"

namespace howdah::yarn {

struct Registration {
  std::string host;
  int32_t rpc_port = -1;
  std::string tracking_url;
};

struct Registered {
  Resource maximum;  // of one container in our queue
  std::string queue;
  // Containers of earlier attempts that still run; without a dead master's own.
  std::vector<AllocatedContainer> previous;
};

// Absolute: the latest ask under an id holds. Different sizes need different ids.
struct Ask {
  int64_t id = 0;  // comes back in AllocatedContainer
  int count = 0;
  Resource resource;
  std::string node_label;
};

struct Allocation {
  // The ResourceManager had forgotten us (it was restarted): we are registered again, and nothing
  // else stands here. Every ask and release must be sent once more.
  bool forgotten = false;
  std::vector<AllocatedContainer> granted;
  std::vector<ContainerStatus> completed;
  Resource headroom;  // what this application could still get in its queue
  int32_t cluster_nodes = 0;
};

class SchedulerClient {
 public:
  // The credentials hold the master's token, kind YARN_AM_RM_TOKEN.
  //   kUnauthenticated  they do not: this process was not started by YARN
  //   kInvalidArgument  no scheduler address is configured
  static Result<std::unique_ptr<SchedulerClient>> create(const hadoop::Configuration& configuration,
                                                         const hadoop::Credentials& credentials);

  Result<Registered> register_master(const Registration& registration, Deadline deadline);
  // Also the heartbeat. A lost answer is asked for again: no container is lost.
  //   kAborted          another attempt took over, or the ResourceManager orders our end
  //   kInvalidArgument  an ask that cannot be: too large, an unknown label
  Result<Allocation> allocate(const std::vector<Ask>& asks,
                              const std::vector<ContainerId>& releases, float progress,
                              Deadline deadline);
  // Until the ResourceManager has noted it.
  Status finish(FinalStatus status, const std::string& diagnostics, const std::string& tracking_url,
                Deadline deadline);
  // The token for a node's NodeManager; they arrive with allocations, once a node.
  std::optional<hadoop::Token> node_token(const net::Address& node) const HOWDAH_EXCLUDES(mutex_);
  // Ends calls that wait, by any thread.
  void shutdown() { rpc_.shutdown(); }

 private:
  explicit SchedulerClient(hadoop::RpcOptions options) : rpc_(std::move(options)) {}
  Status call(const char* method, const google::protobuf::MessageLite& request,
              google::protobuf::MessageLite* response, Deadline deadline, std::string* exception);

  hadoop::RpcClient rpc_;
  Registration registration_;
  int32_t response_id_ = 0;
  mutable Mutex mutex_;
  std::map<net::Address, hadoop::Token> node_tokens_ HOWDAH_GUARDED_BY(mutex_);
};

}  // namespace howdah::yarn
