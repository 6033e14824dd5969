// What the open files of one HDFS share. Hadoop: DFSClient.
//
// Thread-safe. Streams hold it by shared_ptr, so that it lives as long as the last of them.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/mutex.h"
#include "hdfs/client_options.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/lease_renewer.h"
#include "hdfs/namenode_client.h"

namespace howdah::hdfs {

class DfsClient {
 public:
  explicit DfsClient(ClientOptions options);
  ~DfsClient();

  const ClientOptions& options() const { return options_; }
  NamenodeClient& namenode() { return namenode_; }
  DatanodeConnections& connections() { return connections_; }
  LeaseRenewer& leases() { return leases_; }

  // Asked for once.
  //   kUnsupported  DataNodes of this cluster speak only through SASL
  Result<ServerDefaults> server_defaults(Deadline deadline);

  // A name for one file's lease; unique in the cluster.
  std::string new_holder();

  net::Address transfer_address(const DatanodeInfo& node) const;
  // One of this machine's addresses.
  bool is_local(const DatanodeInfo& node) const { return local_addresses_.contains(node.ip); }

  // How far a reader may see into a block that is being written; asks its DataNodes.
  //   kUnavailable  none of them answers
  Result<int64_t> visible_length(const LocatedBlock& block, Deadline deadline);

 private:
  const ClientOptions options_;
  const std::string name_;
  const std::set<std::string> local_addresses_;
  std::atomic<uint64_t> next_holder_{1};
  NamenodeClient namenode_;
  DatanodeConnections connections_;
  LeaseRenewer leases_;
  Mutex mutex_;
  std::optional<ServerDefaults> defaults_ HOWDAH_GUARDED_BY(mutex_);
};

}  // namespace howdah::hdfs
