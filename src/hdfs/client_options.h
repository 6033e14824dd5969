// How to reach one HDFS and how to read and write it, from Hadoop's configuration.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "hadoop/configuration.h"
#include "hadoop/credentials.h"
#include "hdfs/checksum.h"
#include "net/address.h"

namespace howdah::hdfs {

struct ClientOptions {
  std::vector<net::Address> namenodes;  // one, or those of an HA nameservice
  hadoop::User user;
  std::optional<hadoop::Token> token;  // HDFS_DELEGATION_TOKEN
  // howdah.rpc.retries, with one NameNode only: a nameservice may need its time to fail over.
  int rpc_retries = 10;

  // -- Writing.
  int replication = 0;                // dfs.replication; 0: the NameNode's default
  int64_t block_size_bytes = 0;       // dfs.blocksize; 0: the NameNode's default
  ChecksumSpec checksum;              // dfs.checksum.type, dfs.bytes-per-checksum
  size_t packet_bytes = 64 << 10;     // dfs.client-write-packet-size
  size_t max_packets_in_flight = 80;  // dfs.client.write.max-packets-in-flight
  // Silence after which a pipeline is given up; 5 s more for each DataNode in it, so that the
  // DataNodes find out first which of them is gone. dfs.client.socket-timeout.
  std::chrono::milliseconds write_silence{60'000};

  // -- Reading.
  std::chrono::milliseconds read_silence{20'000};  // dfs.client.socket-timeout, where it is set
  bool use_host_names = false;                     // dfs.client.use.datanode.hostname
  // dfs.data.transfer.protection or dfs.encrypt.data.transfer is set.
  bool protected_transfer = false;

  // The authority is "host:port", "host" or a nameservice (dfs.ha.namenodes.NAME lists its
  // NameNodes, dfs.namenode.rpc-address.NAME.ID where each listens).
  //   kInvalidArgument  an incomplete nameservice, or a value that does not parse
  static Result<ClientOptions> from_configuration(const std::string& authority,
                                                  const hadoop::Configuration& configuration,
                                                  const hadoop::User& user,
                                                  const hadoop::Credentials& credentials);
};

}  // namespace howdah::hdfs
