// One node's NodeManager: start, look at and stop containers.
// ContainerManagementProtocol, version 1; Hadoop: NMClientImpl.
//
// Thread-safe.
#pragma once

#include "base/deadline.h"
#include "base/result.h"
#include "hadoop/credentials.h"
#include "hadoop/rpc_client.h"
#include "net/address.h"
#include "yarn/launch_context.h"
#include "yarn/records.h"

namespace howdah::yarn {

class NodeManagerClient {
 public:
  // With the NMToken of that node (SchedulerClient::node_token).
  NodeManagerClient(const net::Address& node, hadoop::Token token);

  // Returns when the NodeManager accepted it: files that cannot be localized, or a command that
  // does not run, show only in the completed status. `token` is the container's own.
  Status start_container(const LaunchContext& context, const hadoop::Token& token,
                         Deadline deadline);
  //   kNotFound  the NodeManager does not know it (any more)
  Result<ContainerStatus> get_container_status(const ContainerId& id, Deadline deadline);
  // SIGTERM, and SIGKILL after yarn.nodemanager.sleep-delay-before-sigkill.ms; returns before.
  Status stop_container(const ContainerId& id, Deadline deadline);
  // Ends calls that wait.
  void shutdown() { rpc_.shutdown(); }

 private:
  hadoop::RpcClient rpc_;
};

}  // namespace howdah::yarn
