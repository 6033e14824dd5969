// Reads a byte range of one block from one DataNode and verifies each checksum chunk.
//
// DataTransfer version 28, op READ_BLOCK (81); Hadoop: BlockReaderRemote.
// Not thread-safe: a reader belongs to one stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/deadline.h"
#include "base/result.h"
#include "hdfs/checksum.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/located_block.h"

namespace howdah::hdfs {

struct ByteRange {
  int64_t begin = 0, end = 0;  // offsets in the block
  int64_t length() const { return end - begin; }
};

struct ReadOptions {
  std::string client_name;  // for the DataNode's log
  // Silence after which the DataNode is given up.
  std::chrono::milliseconds silence{20'000};
};

class BlockReader {
 public:
  // Connects, or uses an idle connection again, and sends the request. The first byte delivered is
  // range.begin, although the DataNode starts at the chunk before it. The connections must outlive
  // the reader.
  //   kNotFound      the replica is gone: take another
  //   kTokenExpired  fetch the block's locations again
  //   kUnavailable   the DataNode cannot be reached, or fell silent
  //   kCorrupt       the peer broke the protocol, or a limit
  static Result<std::unique_ptr<BlockReader>> open(DatanodeConnections& connections,
                                                   const LocatedBlock& block,
                                                   const net::Address& node, ByteRange range,
                                                   const ReadOptions& options, Deadline deadline);

  // Delivers at least one byte, a packet's content at most; 0 at the range's end. With the last
  // byte the connection goes back to the idle ones.
  //   kChecksum  the replica is corrupt; no byte of that packet was delivered
  Result<size_t> read(MutableBytes into, Deadline deadline);

  int64_t position() const { return range_.begin; }  // in the block, of the next byte
  int64_t end() const { return range_.end; }

 private:
  BlockReader(DatanodeConnections& connections, net::Address node, ByteRange range);
  Status request(const LocatedBlock& block, const ReadOptions& options, Deadline deadline);
  Result<size_t> read_packet(MutableBytes into, Deadline deadline);
  Status check_header(const struct PacketHeader& header) const;
  void finish(Deadline deadline);

  DatanodeConnections& connections_;
  const net::Address node_;
  std::unique_ptr<DatanodeConnection> connection_;  // null once finished
  ByteRange range_;                                 // what is still to be delivered
  int64_t next_packet_ = 0;                         // offset of the next packet in the block
  int64_t next_seqno_ = 0;
  ChecksumSpec checksum_;
  size_t head_hint_ = 0;              // header and checksums of a packet like the last one
  std::vector<std::byte> checksums_;  // of the packet being read
  std::vector<std::byte> packet_;     // data of a packet that does not fit the caller's bytes
  size_t packet_at_ = 0;              // what of it is delivered already
};

}  // namespace howdah::hdfs
