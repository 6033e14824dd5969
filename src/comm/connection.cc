#include "comm/connection.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace howdah::comm {
namespace {

constexpr size_t kBufferBytes = 16 << 10;
constexpr size_t kMaxVectors = 32;
constexpr size_t kMaxDescriptors = 16;

Status lost(int error) {
  return error == 0 ? Status(Code::kUnavailable, "the connection was closed")
                    : Status(Code::kUnavailable,
                             Status::from_errno(error, "the connection broke").message());
}

}  // namespace

Connection::Connection(net::Socket socket, int rank, Plane plane, uint64_t generation)
    : socket_(std::move(socket)),
      rank_(rank),
      plane_(plane),
      generation_(generation),
      buffer_(kBufferBytes),
      last_heard_(std::chrono::steady_clock::now()) {}

void Connection::queue(Outgoing frame) {
  queue_.push_back({{}, {}, std::move(frame)});
  Queued& last = queue_.back();
  last.payload = last.frame.owned.empty() ? last.frame.payload : as_bytes(last.frame.owned);
  last.frame.header.generation = generation_;
  last.frame.header.length = static_cast<uint32_t>(last.payload.size());
  last.header = encode(last.frame.header);
}

void Connection::drop_queue() {
  queue_.erase(queue_.begin() + (sent_of_first_ > 0 ? 1 : 0), queue_.end());
}

Status Connection::flush() {
  while (!queue_.empty()) {
    std::array<iovec, kMaxVectors> vectors{};
    size_t count = 0;
    size_t skip = sent_of_first_;
    const auto add = [&](Bytes bytes) {
      const size_t skipped = std::min(skip, bytes.size());
      skip -= skipped;
      if (skipped == bytes.size()) return;
      vectors[count++] = {const_cast<std::byte*>(bytes.data()) + skipped, bytes.size() - skipped};
    };
    msghdr message{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    for (const Queued& queued : queue_) {
      if (count + 2 > kMaxVectors || (count > 0 && queued.frame.segment)) break;
      add(queued.header);
      add(queued.payload);
      if (!queued.frame.segment) continue;
      if (sent_of_first_ == 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const item = CMSG_FIRSTHDR(&message);
        item->cmsg_level = SOL_SOCKET;
        item->cmsg_type = SCM_RIGHTS;
        item->cmsg_len = CMSG_LEN(sizeof(int));
        const int fd = queued.frame.segment->fd();
        std::memcpy(CMSG_DATA(item), &fd, sizeof fd);
      }
      break;
    }
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket_.fd(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return Status::ok();
      return lost(errno);
    }
    sent_of_first_ += static_cast<size_t>(sent);
    while (!queue_.empty()) {
      const size_t whole = kHeaderBytes + queue_.front().payload.size();
      if (sent_of_first_ < whole) break;
      sent_of_first_ -= whole;
      queue_.pop_front();
    }
  }
  return Status::ok();
}

// One recvmsg: the rest of the frame's payload to its place, and what follows to the buffer.
Result<size_t> Connection::read_once(bool* drained) {
  std::array<iovec, 2> vectors{};
  size_t count = 0;
  const size_t wanted = in_frame_ ? target_.size() - target_filled_ : 0;
  if (wanted > 0) vectors[count++] = {target_.data() + target_filled_, wanted};
  if (buffer_begin_ == buffer_end_) buffer_begin_ = buffer_end_ = 0;
  if (buffer_begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + buffer_begin_, buffer_end_ - buffer_begin_);
    buffer_end_ -= buffer_begin_;
    buffer_begin_ = 0;
  }
  vectors[count++] = {buffer_.data() + buffer_end_, buffer_.size() - buffer_end_};
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(4 * sizeof(int))> control{};
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got;
  do {
    got = ::recvmsg(socket_.fd(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK) return lost(errno);
    *drained = true;
    return size_t{0};
  }
  for (cmsghdr* item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS) continue;
    const size_t descriptors = (item->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < descriptors; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(item) + i * sizeof fd, sizeof fd);
      descriptors_.emplace_back(fd);
    }
  }
  if ((message.msg_flags & MSG_CTRUNC) || descriptors_.size() > kMaxDescriptors)
    return Status(Code::kCorrupt, "the peer passed too many descriptors");
  if (got == 0) return lost(0);
  last_heard_ = std::chrono::steady_clock::now();
  const size_t placed = std::min(static_cast<size_t>(got), wanted);
  target_filled_ += placed;
  buffer_end_ += static_cast<size_t>(got) - placed;
  return static_cast<size_t>(got);
}

Status Connection::parse(FrameHandler& handler) {
  for (;;) {
    if (!in_frame_) {
      if (buffer_end_ - buffer_begin_ < kHeaderBytes) return Status::ok();
      header_ = HOWDAH_TRY(decode(
          std::span<const std::byte, kHeaderBytes>(buffer_.data() + buffer_begin_, kHeaderBytes),
          plane_));
      if (header_.generation != generation_)
        return Status(Code::kCorrupt, "the peer sent a message of another generation");
      buffer_begin_ += kHeaderBytes;
      target_ = HOWDAH_TRY(handler.place(rank_, header_));
      target_filled_ = 0;
      in_frame_ = true;
    }
    const size_t n = std::min(buffer_end_ - buffer_begin_, target_.size() - target_filled_);
    std::copy_n(buffer_.begin() + static_cast<ptrdiff_t>(buffer_begin_), n,
                target_.begin() + static_cast<ptrdiff_t>(target_filled_));
    buffer_begin_ += n;
    target_filled_ += n;
    if (target_filled_ < target_.size()) return Status::ok();
    in_frame_ = false;
    net::FileDescriptor fd;
    if (header_.type == MessageType::kSegment && !descriptors_.empty()) {
      fd = std::move(descriptors_.front());
      descriptors_.pop_front();
    }
    HOWDAH_TRY(handler.take(rank_, header_, std::move(fd)));
  }
}

Status Connection::receive(FrameHandler& handler, size_t budget_bytes, bool* more) {
  *more = false;
  bool drained = false;
  for (size_t total = 0;;) {
    total += HOWDAH_TRY(read_once(&drained));
    if (drained) return Status::ok();
    HOWDAH_TRY(parse(handler));
    if (total < budget_bytes) continue;
    *more = true;
    return Status::ok();
  }
}

void Connection::shutdown() {
  ::shutdown(socket_.fd(), plane_ == Plane::kControl ? SHUT_WR : SHUT_RDWR);
}

}  // namespace howdah::comm
