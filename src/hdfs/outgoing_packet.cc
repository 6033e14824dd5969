#include "hdfs/outgoing_packet.h"

#include <algorithm>

namespace howdah::hdfs {
namespace {
// Whole chunks, at least one.
size_t round_to_chunks(size_t bytes, size_t chunk) {
  return std::max<size_t>(bytes / chunk, 1) * chunk;
}
}  // namespace

OutgoingPacket::OutgoingPacket(const ChecksumSpec& checksum, size_t capacity_bytes)
    : checksum_(checksum), data_(round_to_chunks(capacity_bytes, checksum.bytes_per_chunk)) {
  checksums_.resize(checksum_.checksum_bytes(data_.size()));
}

void OutgoingPacket::begin(int64_t offset_in_block, size_t limit_bytes) {
  header_ = {.offset_in_block = offset_in_block};
  limit_ = std::min(limit_bytes, data_.size());
  size_ = 0;
}

size_t OutgoingPacket::append(Bytes bytes) {
  const size_t count = std::min(bytes.size(), limit_ - size_);
  std::memcpy(data_.data() + size_, bytes.data(), count);
  size_ += count;
  return count;
}

void OutgoingPacket::seal(int64_t seqno, bool last_in_block) {
  header_.seqno = seqno;
  header_.last_in_block = last_in_block;
  header_.data_bytes = size_;
  header_.checksum_bytes = checksum_.checksum_bytes(size_);
  compute_checksums(checksum_, data(), MutableBytes(checksums_).first(header_.checksum_bytes));
  head_bytes_ = encode_packet_head(header_, head_);
}

std::array<Bytes, 3> OutgoingPacket::parts() const {
  return {Bytes(head_).first(head_bytes_), Bytes(checksums_).first(header_.checksum_bytes), data()};
}

std::unique_ptr<OutgoingPacket> PacketPool::take() {
  {
    MutexLock lock(mutex_);
    if (!free_.empty()) {
      auto packet = std::move(free_.back());
      free_.pop_back();
      return packet;
    }
  }
  return std::make_unique<OutgoingPacket>(checksum_, packet_bytes_);
}

void PacketPool::give(std::unique_ptr<OutgoingPacket> packet) {
  MutexLock lock(mutex_);
  free_.push_back(std::move(packet));
}

}  // namespace howdah::hdfs
