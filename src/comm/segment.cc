#include "comm/segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace howdah::comm {
namespace {

constexpr size_t kAlignment = 4096;
constexpr uint64_t kMaxSegmentBytes = kMaxFloats * sizeof(float);

}  // namespace

Result<std::shared_ptr<Segment>> Segment::create(size_t count, bool shared, uint32_t number) {
  if (count > kMaxFloats)
    return Status(Code::kInvalidArgument, "too many floats for one piece of memory");
  std::shared_ptr<Segment> segment(new Segment);
  const size_t bytes =
      (std::max<size_t>(count, 1) * sizeof(float) + kAlignment - 1) / kAlignment * kAlignment;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  if (shared) {
    segment->fd_ = net::FileDescriptor(memfd_create("howdah", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!segment->fd_) return Status::from_errno(errno, "cannot make shared memory");
    if (ftruncate(segment->fd_.get(), static_cast<off_t>(bytes)) != 0 ||
        fcntl(segment->fd_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
      return Status::from_errno(errno, "cannot size shared memory");
    segment->number_ = number;
    flags = MAP_SHARED;
  }
  void* const base =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, shared ? segment->fd_.get() : -1, 0);
  if (base == MAP_FAILED) return Status(Code::kOutOfMemory, "cannot map memory");
  segment->base_ = static_cast<float*>(base);
  segment->count_ = count;
  segment->mapped_bytes_ = bytes;
  return segment;
}

Segment::~Segment() {
  if (base_) munmap(base_, mapped_bytes_);
}

Result<std::shared_ptr<Segment>> SegmentTable::allocate(size_t count) {
  MutexLock lock(mutex_);
  std::shared_ptr<Segment> segment = HOWDAH_TRY(Segment::create(count, shared_, ++last_number_));
  std::erase_if(by_address_, [](const auto& entry) { return entry.second.expired(); });
  by_address_[segment->floats().data()] = segment;
  return segment;
}

std::shared_ptr<Segment> SegmentTable::find(std::span<const float> span) {
  MutexLock lock(mutex_);
  auto after = by_address_.upper_bound(span.data());
  if (after == by_address_.begin()) return nullptr;
  std::shared_ptr<Segment> segment = std::prev(after)->second.lock();
  if (!segment || segment->number() == 0) return nullptr;
  const std::span<const float> all = segment->floats();
  const auto at = static_cast<size_t>(span.data() - all.data());
  return at <= all.size() && span.size() <= all.size() - at ? segment : nullptr;
}

Result<MappedSegment> MappedSegment::map(net::FileDescriptor fd, uint64_t size_bytes) {
  struct stat info {};
  const int seals = fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || !(seals & F_SEAL_SHRINK) || fstat(fd.get(), &info) != 0 || size_bytes == 0 ||
      size_bytes > kMaxSegmentBytes || static_cast<uint64_t>(info.st_size) < size_bytes)
    return Status(Code::kCorrupt, "the peer passed memory that is not sealed at its size");
  void* const base = mmap(nullptr, size_bytes, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (base == MAP_FAILED) return Status(Code::kOutOfMemory, "cannot map a peer's memory");
  return MappedSegment(static_cast<const std::byte*>(base), size_bytes);
}

MappedSegment::~MappedSegment() {
  if (base_) munmap(const_cast<std::byte*>(base_), size_bytes_);
}

MappedSegment::MappedSegment(MappedSegment&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)), size_bytes_(other.size_bytes_) {}

const float* MappedSegment::at(uint64_t offset_bytes, uint64_t count) const {
  if (offset_bytes % sizeof(float) != 0 || offset_bytes > size_bytes_ ||
      count > (size_bytes_ - offset_bytes) / sizeof(float))
    return nullptr;
  return reinterpret_cast<const float*>(base_ + offset_bytes);
}

}  // namespace howdah::comm
