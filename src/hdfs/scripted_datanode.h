// A DataNode for tests: one thread that runs a script for each connection.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "hdfs/checksum.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/located_block.h"
#include "hdfs/packet.h"
#include "hdfs/proto/datatransfer.pb.h"

namespace howdah::hdfs {

class ScriptedDatanode {
 public:
  // Called with each connection, after it was accepted; the connection closes when it returns.
  using Script = std::function<void(DatanodeConnection&)>;
  explicit ScriptedDatanode(Script script)
      : listener_(*net::Listener::listen({"127.0.0.1", 0})), script_(std::move(script)) {
    thread_ = std::jthread([this] {
      for (;;) {
        auto socket = listener_.accept(Deadline::never());
        if (!socket) return;
        ++connections_;
        DatanodeConnection connection(std::move(*socket), std::chrono::seconds(20));
        script_(connection);
      }
    });
  }
  ~ScriptedDatanode() { listener_.shutdown(); }

  const net::Address& address() const { return listener_.address(); }
  int connections() const { return connections_; }

 private:
  net::Listener listener_;
  const Script script_;
  std::atomic<int> connections_{0};
  std::jthread thread_;
};

inline Deadline in_time() {
  return Deadline::after(std::chrono::seconds(20));
}

// Takes an operation's request; false when the client is gone.
template <typename Request>
bool take_request(DatanodeConnection& client, Request* request) {
  std::array<std::byte, 3> head{};
  return client.receive(head, in_time()).is_ok() && client.receive(request, in_time()).is_ok();
}

// The answer to a read that begins at the chunk of `offset`.
inline void answer_read(DatanodeConnection& client, uint64_t chunk_offset,
                        const ChecksumSpec& checksum = {}) {
  proto::BlockOpResponseProto response;
  response.set_status(proto::SUCCESS);
  auto& info = *response.mutable_readopchecksuminfo();
  info.mutable_checksum()->set_type(static_cast<proto::ChecksumTypeProto>(checksum.type));
  info.mutable_checksum()->set_bytesperchecksum(checksum.bytes_per_chunk);
  info.set_chunkoffset(chunk_offset);
  (void)client.send(response, in_time());
}

inline std::string packet_bytes(PacketHeader header, std::string_view data,
                                const ChecksumSpec& checksum = {}) {
  header.data_bytes = data.size();
  header.checksum_bytes = checksum.checksum_bytes(data.size());
  std::string bytes(kMaxPacketHeadBytes, '\0');
  bytes.resize(encode_packet_head(header, std::as_writable_bytes(std::span(bytes))));
  std::string sums(header.checksum_bytes, '\0');
  compute_checksums(checksum, as_bytes(data), std::as_writable_bytes(std::span(sums)));
  return bytes + sums + std::string(data);
}

inline void send_bytes(DatanodeConnection& client, std::string_view bytes) {
  const Bytes part = as_bytes(bytes);
  (void)client.send({&part, 1}, in_time());
}

// Until the client closes.
inline void wait_for_the_end(DatanodeConnection& client) {
  while (client.peek(1, 1, in_time())) client.skip(1);
}

inline LocatedBlock block_of(int64_t length) {
  LocatedBlock located;
  located.block = {"BP-1", 7, 1001, length};
  return located;
}

inline DatanodeInfo node_at(const net::Address& address, std::string uuid) {
  DatanodeInfo node;
  node.ip = node.host_name = address.host;
  node.transfer_port = address.port;
  node.uuid = std::move(uuid);
  return node;
}

}  // namespace howdah::hdfs
