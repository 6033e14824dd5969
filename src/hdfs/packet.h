// The header of a DataTransfer packet. Hadoop: PacketHeader, PacketReceiver.
//
//   int32 PLEN | int16 HLEN | PacketHeaderProto (HLEN bytes) | checksums | data
//
// PLEN = 4 + checksums + data: it counts itself, but neither HLEN nor the header.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace howdah::hdfs {

constexpr size_t kPacketPrefixBytes = 6;     // PLEN and HLEN
constexpr size_t kMaxPacketHeadBytes = 128;  // prefix and header; Hadoop's are 33 at most
constexpr size_t kMaxPacketBytes = 16 << 20;
constexpr int64_t kHeartbeatSeqno = -1;

struct PacketHeader {
  int64_t offset_in_block = 0;
  int64_t seqno = 0;
  bool last_in_block = false;  // carries no data
  bool sync = false;           // the DataNodes write it through to their disks
  size_t checksum_bytes = 0;
  size_t data_bytes = 0;

  bool operator==(const PacketHeader&) const = default;
};

// Writes prefix and header; returns their length. `into` has kMaxPacketHeadBytes.
size_t encode_packet_head(const PacketHeader& header, MutableBytes into);

// The length of prefix and header, told by the prefix alone.
//   kCorrupt  a length beyond its limit
Result<size_t> packet_head_bytes(Bytes prefix);

// Of exactly packet_head_bytes() bytes.
//   kCorrupt  no header, a negative number, or lengths that contradict each other
Result<PacketHeader> decode_packet_head(Bytes head);

}  // namespace howdah::hdfs
