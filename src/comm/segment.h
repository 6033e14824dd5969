// Float memory that other processes of this node can read.
//
// A segment is a memfd, without a name and sealed at its size, so that it vanishes with its last
// user and no peer can shrink it under a reader. Peers get the descriptor over a Unix domain socket
// and map it read-only: a peer that was frozen and wakes up late can never write into us.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>

#include "base/mutex.h"
#include "base/result.h"
#include "comm/group.h"
#include "comm/message.h"
#include "net/socket.h"

namespace howdah::comm {

class Segment : public SharedFloats {
 public:
  // Without `shared` it is plain memory, and number() is 0.
  static Result<std::shared_ptr<Segment>> create(size_t count, bool shared, uint32_t number);
  ~Segment() override;
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  std::span<float> floats() override { return {base_, count_}; }
  uint32_t number() const { return number_; }
  uint64_t size_bytes() const { return mapped_bytes_; }
  int fd() const { return fd_.get(); }

 private:
  Segment() = default;
  net::FileDescriptor fd_;
  float* base_ = nullptr;
  size_t count_ = 0;
  size_t mapped_bytes_ = 0;
  uint32_t number_ = 0;
};

// The segments of one Endpoint. Thread-safe.
class SegmentTable {
 public:
  explicit SegmentTable(bool shared) : shared_(shared) {}
  Result<std::shared_ptr<Segment>> allocate(size_t count);
  // The shared segment in which the whole span lies, or nullptr.
  std::shared_ptr<Segment> find(std::span<const float> span);

 private:
  const bool shared_;
  Mutex mutex_;
  uint32_t last_number_ HOWDAH_GUARDED_BY(mutex_) = 0;
  std::map<const float*, std::weak_ptr<Segment>> by_address_ HOWDAH_GUARDED_BY(mutex_);
};

// A peer's segment.
class MappedSegment {
 public:
  //   kCorrupt  not a sealed memfd of at least that size
  static Result<MappedSegment> map(net::FileDescriptor fd, uint64_t size_bytes);
  ~MappedSegment();
  MappedSegment(MappedSegment&& other) noexcept;
  MappedSegment& operator=(MappedSegment&&) = delete;

  // nullptr unless all of it lies inside.
  const float* at(uint64_t offset_bytes, uint64_t count) const;

 private:
  MappedSegment(const std::byte* base, uint64_t size) : base_(base), size_bytes_(size) {}
  const std::byte* base_;
  uint64_t size_bytes_;
};

}  // namespace howdah::comm
