#include "hdfs/dfs_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <array>
#include <random>

#include "hdfs/proto/namenode.pb.h"

namespace howdah::hdfs {
namespace {

hadoop::RpcOptions namenode_options(const ClientOptions& options) {
  hadoop::RpcOptions rpc;
  rpc.protocol = "org.apache.hadoop.hdfs.protocol.ClientProtocol";
  rpc.servers = options.namenodes;
  rpc.user = options.user;
  rpc.token = options.token;
  rpc.max_retries = options.rpc_retries;
  return rpc;
}

std::string random_name() {
  std::random_device random;
  return fmt::format("DFSClient_howdah_{:08x}{:08x}", random(), random());
}

std::set<std::string> addresses_of_this_machine() {
  std::set<std::string> addresses;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return addresses;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next) {
    if (!entry->ifa_addr) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = entry->ifa_addr->sa_family;
    const void* address = nullptr;
    if (family == AF_INET)
      address = &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr;
    if (family == AF_INET6)
      address = &reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr)->sin6_addr;
    if (address && inet_ntop(family, address, text.data(), text.size()))
      addresses.insert(text.data());
  }
  return addresses;
}

}  // namespace

DfsClient::DfsClient(ClientOptions options)
    : options_(std::move(options)),
      name_(random_name()),
      local_addresses_(addresses_of_this_machine()),
      namenode_(namenode_options(options_)),
      leases_(namenode_) {}

DfsClient::~DfsClient() {
  namenode_.shutdown();  // so that the renewer's thread does not wait for a NameNode
}

Result<ServerDefaults> DfsClient::server_defaults(Deadline deadline) {
  {
    MutexLock lock(mutex_);
    if (defaults_) return *defaults_;
  }
  const ServerDefaults defaults = HOWDAH_TRY(namenode_.get_server_defaults(deadline));
  if (options_.protected_transfer || defaults.encrypt_data_transfer)
    return Status(Code::kUnsupported,
                  "this cluster's DataNodes demand SASL (dfs.data.transfer.protection or "
                  "dfs.encrypt.data.transfer), which is not built yet");
  MutexLock lock(mutex_);
  defaults_ = defaults;
  return defaults;
}

std::string DfsClient::new_holder() {
  return name_ + "_" + std::to_string(next_holder_++);
}

net::Address DfsClient::transfer_address(const DatanodeInfo& node) const {
  return {options_.use_host_names ? node.host_name : node.ip, node.transfer_port};
}

Result<int64_t> DfsClient::visible_length(const LocatedBlock& block, Deadline deadline) {
  Status last(Code::kUnavailable, "no DataNode holds " + block.block.to_string());
  size_t without_replica = 0;
  for (const DatanodeInfo& node : block.nodes) {
    hadoop::RpcOptions rpc;
    rpc.protocol = "org.apache.hadoop.hdfs.protocol.ClientDatanodeProtocol";
    rpc.servers = {{options_.use_host_names ? node.host_name : node.ip, node.rpc_port}};
    rpc.user = options_.user;
    if (!block.token.identifier.empty()) rpc.token = block.token;
    rpc.connect_timeout = rpc.call_timeout = options_.read_silence;
    rpc.max_retries = 1;
    hadoop::RpcClient datanode(std::move(rpc));
    proto::GetReplicaVisibleLengthRequestProto request;
    *request.mutable_block() = to_proto(block.block);
    proto::GetReplicaVisibleLengthResponseProto response;
    const Status asked = datanode.call("getReplicaVisibleLength", request, &response, deadline);
    if (asked.is_ok()) return static_cast<int64_t>(response.length());
    if (asked.code() == Code::kNotFound) ++without_replica;
    last = asked;
    if (deadline.expired()) return last;
  }
  // The pipeline is not set up yet: nothing can have been flushed.
  if (without_replica == block.nodes.size()) return int64_t{0};
  return last;
}

}  // namespace howdah::hdfs
