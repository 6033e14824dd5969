// Stream sockets with deadlines: TCP and Unix domain.
//
// A Socket is used by one reader thread and one writer thread at a time; shutdown() may be called
// by any thread and ends what the others wait for. Calls never raise SIGPIPE. Errors: kUnavailable
// the peer is gone or refuses; kDeadlineExceeded; kNotFound no such host.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/address.h"

namespace howdah::net {

// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

class Socket {
 public:
  Socket() = default;
  // Takes a connected socket; it becomes non-blocking.
  static Result<Socket> adopt(FileDescriptor fd, std::string peer);
  // Tries each address that the host's name has. TCP_NODELAY is set. A stop ends the wait with
  // kCancelled (not the look-up of the name, which the C library cannot end).
  static Result<Socket> connect(const Address& peer, Deadline deadline, std::stop_token stop = {});
  static Result<Socket> connect_unix(const std::string& path, Deadline deadline);

  // At least one byte unless the peer has closed: then 0.
  Result<size_t> read_some(MutableBytes into, Deadline deadline);
  // All of it, or an error; an end of stream is kUnavailable.
  Status read_all(MutableBytes into, Deadline deadline);
  Status write_all(Bytes bytes, Deadline deadline);
  // The parts one after the other, gathered into as few packets as possible. At most 16 parts.
  Status write_all(std::span<const Bytes> parts, Deadline deadline);

  void shutdown();
  bool is_open() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }
  const std::string& peer() const { return peer_; }
  Result<Address> local_address() const;

 private:
  Socket(FileDescriptor fd, std::string peer) : fd_(std::move(fd)), peer_(std::move(peer)) {}
  Status wait(short events, Deadline deadline) const;
  Status fail(int error, const char* what) const;

  FileDescriptor fd_;
  std::string peer_;
};

class Listener {
 public:
  Listener() = default;
  // Port 0 takes a free one: address() tells which. Host "" listens on every interface.
  static Result<Listener> listen(const Address& at);
  Result<Socket> accept(Deadline deadline);
  const Address& address() const { return address_; }
  // For poll(2); a connection waits when it is readable.
  int fd() const { return fd_.get(); }
  // Ends a waiting accept with kCancelled; by any thread.
  void shutdown();

 private:
  FileDescriptor fd_;
  Address address_;
};

}  // namespace howdah::net
