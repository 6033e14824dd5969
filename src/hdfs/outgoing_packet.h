// A packet on its way to a block's DataNodes: its bytes, its checksums, its header. It is filled
// once and kept until every DataNode has acknowledged it, so that it can be sent again. Hadoop:
// DFSPacket.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/mutex.h"
#include "hdfs/checksum.h"
#include "hdfs/packet.h"

namespace howdah::hdfs {

class OutgoingPacket {
 public:
  // The capacity is at least one chunk.
  OutgoingPacket(const ChecksumSpec& checksum, size_t capacity_bytes);

  // Empties it, to begin at an offset of the block and to hold so many bytes at most.
  void begin(int64_t offset_in_block, size_t limit_bytes);
  // Takes what fits; returns how much.
  size_t append(Bytes bytes);
  // Computes checksums and header.
  void seal(int64_t seqno, bool last_in_block);

  bool is_full() const { return size_ == limit_; }
  Bytes data() const { return Bytes(data_).first(size_); }
  int64_t begin_offset() const { return header_.offset_in_block; }
  int64_t end_offset() const { return header_.offset_in_block + static_cast<int64_t>(size_); }
  size_t capacity() const { return data_.size(); }
  // Sealed only.
  int64_t seqno() const { return header_.seqno; }
  bool is_last() const { return header_.last_in_block; }
  std::array<Bytes, 3> parts() const;

 private:
  const ChecksumSpec checksum_;
  PacketHeader header_;
  size_t limit_ = 0, size_ = 0;
  std::array<std::byte, kMaxPacketHeadBytes> head_;
  size_t head_bytes_ = 0;
  std::vector<std::byte> checksums_, data_;
};

// Packets that were acknowledged, to be filled again.
//
// Thread-safe.
class PacketPool {
 public:
  PacketPool(const ChecksumSpec& checksum, size_t packet_bytes)
      : checksum_(checksum), packet_bytes_(packet_bytes) {}

  std::unique_ptr<OutgoingPacket> take();
  void give(std::unique_ptr<OutgoingPacket> packet);
  const ChecksumSpec& checksum() const { return checksum_; }

 private:
  const ChecksumSpec checksum_;
  const size_t packet_bytes_;
  Mutex mutex_;
  std::vector<std::unique_ptr<OutgoingPacket>> free_ HOWDAH_GUARDED_BY(mutex_);
};

}  // namespace howdah::hdfs
