#include "net/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

namespace howdah::net {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<AddressList> resolve(const Address& address, bool passive) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0);
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                std::to_string(address.port).c_str(), &hints, &found);
  if (error == EAI_AGAIN)
    return Status(Code::kUnavailable, "the name server does not answer").with_peer(address.host);
  if (error != 0)
    return Status(Code::kNotFound, std::string("no such host (") + gai_strerror(error) + ")")
        .with_peer(address.to_string());
  return AddressList(found, &freeaddrinfo);
}

Status wait_for(int fd, short events, Deadline deadline) {
  for (;;) {
    pollfd entry{fd, events, 0};
    const int ready = ::poll(&entry, 1, deadline.poll_timeout_ms());
    if (ready > 0) return Status::ok();
    if (ready == 0) {
      if (deadline.is_never()) continue;
      return Status(Code::kDeadlineExceeded, "no answer in time");
    }
    if (errno != EINTR) return Status::from_errno(errno, "poll");
  }
}

// As wait_for, and ended with kCancelled by a stop.
Status wait_for(int fd, short events, Deadline deadline, const std::stop_token& stop) {
  if (!stop.stop_possible()) return wait_for(fd, events, deadline);
  const FileDescriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return Status::from_errno(errno, "eventfd");
  const std::stop_callback on_stop(stop, [&wake] { ::eventfd_write(wake.get(), 1); });
  for (;;) {
    std::array<pollfd, 2> entries{pollfd{fd, events, 0}, pollfd{wake.get(), POLLIN, 0}};
    const int ready = ::poll(entries.data(), entries.size(), deadline.poll_timeout_ms());
    if (stop.stop_requested()) return Status(Code::kCancelled, "stopped");
    if (ready > 0) return Status::ok();
    if (ready == 0) {
      if (deadline.is_never()) continue;
      return Status(Code::kDeadlineExceeded, "no answer in time");
    }
    if (errno != EINTR) return Status::from_errno(errno, "poll");
  }
}

Result<FileDescriptor> connect_to(const sockaddr* address, socklen_t length, int family,
                                  Deadline deadline, const std::stop_token& stop) {
  FileDescriptor fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return Status::from_errno(errno, "socket");
  if (::connect(fd.get(), address, length) != 0) {
    if (errno != EINPROGRESS && errno != EAGAIN) return Status::from_errno(errno, "cannot connect");
    HOWDAH_TRY(wait_for(fd.get(), POLLOUT, deadline, stop));
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return Status::from_errno(error, "cannot connect");
  }
  return fd;
}

Result<Address> address_of(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto* generic = reinterpret_cast<sockaddr*>(&storage);
  if (getsockname(fd, generic, &length) != 0) return Status::from_errno(errno, "getsockname");
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  const int error = getnameinfo(generic, length, host.data(), host.size(), port.data(), port.size(),
                                NI_NUMERICHOST | NI_NUMERICSERV);
  if (error != 0) return Status(Code::kInternal, gai_strerror(error));
  return Address{host.data(), static_cast<uint16_t>(std::stoi(port.data()))};
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Socket> Socket::adopt(FileDescriptor fd, std::string peer) {
  const int flags = fcntl(fd.get(), F_GETFL);
  if (flags < 0 || fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0)
    return Status::from_errno(errno, "fcntl");
  return Socket(std::move(fd), std::move(peer));
}

Result<Socket> Socket::connect(const Address& peer, Deadline deadline, std::stop_token stop) {
  const AddressList addresses = HOWDAH_TRY(resolve(peer, false));
  Status last(Code::kNotFound, "the host has no address");
  for (const addrinfo* entry = addresses.get(); entry; entry = entry->ai_next) {
    auto fd = connect_to(entry->ai_addr, entry->ai_addrlen, entry->ai_family, deadline, stop);
    if (fd) {
      const int on = 1;
      setsockopt(fd->get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return Socket(std::move(*fd), peer.to_string());
    }
    last = fd.status();
    if (last.code() == Code::kCancelled) break;
  }
  return last.with_operation("connect").with_peer(peer.to_string());
}

Result<Socket> Socket::connect_unix(const std::string& path, Deadline deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return Status(Code::kInvalidArgument, "the socket's path is too long").with_peer(path);
  path.copy(address.sun_path, path.size());
  auto fd = connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof address, AF_UNIX,
                       deadline, {});
  if (!fd) return fd.status().with_operation("connect").with_peer(path);
  return Socket(std::move(*fd), path);
}

Status Socket::wait(short events, Deadline deadline) const {
  return wait_for(fd_.get(), events, deadline).with_peer(peer_);
}

Status Socket::fail(int error, const char* what) const {
  return Status::from_errno(error, what).with_peer(peer_);
}

Result<size_t> Socket::read_some(MutableBytes into, Deadline deadline) {
  for (;;) {
    const ssize_t count = ::recv(fd_.get(), into.data(), into.size(), 0);
    if (count >= 0) return static_cast<size_t>(count);
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return fail(errno, "read");
    HOWDAH_TRY(wait(POLLIN, deadline));
  }
}

Status Socket::read_all(MutableBytes into, Deadline deadline) {
  while (!into.empty()) {
    const size_t count = HOWDAH_TRY(read_some(into, deadline));
    if (count == 0)
      return Status(Code::kUnavailable, "the peer closed the connection").with_peer(peer_);
    into = into.subspan(count);
  }
  return Status::ok();
}

Status Socket::write_all(Bytes bytes, Deadline deadline) {
  return write_all(std::span<const Bytes>(&bytes, 1), deadline);
}

Status Socket::write_all(std::span<const Bytes> parts, Deadline deadline) {
  std::array<iovec, 16> vectors{};
  if (parts.size() > vectors.size()) return Status(Code::kInternal, "too many parts for one write");
  size_t count = 0;
  for (const Bytes part : parts) {
    if (part.empty()) continue;
    vectors[count++] = {const_cast<std::byte*>(part.data()), part.size()};
  }
  iovec* next = vectors.data();
  while (count > 0) {
    msghdr message{};
    message.msg_iov = next;
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return fail(errno, "write");
      HOWDAH_TRY(wait(POLLOUT, deadline));
      continue;
    }
    auto rest = static_cast<size_t>(sent);
    while (count > 0 && rest >= next->iov_len) {
      rest -= next->iov_len;
      ++next;
      --count;
    }
    if (count > 0) {
      next->iov_base = static_cast<char*>(next->iov_base) + rest;
      next->iov_len -= rest;
    }
  }
  return Status::ok();
}

void Socket::shutdown() {
  if (fd_) ::shutdown(fd_.get(), SHUT_RDWR);
}

Result<Address> Socket::local_address() const {
  return address_of(fd_.get());
}

Result<Listener> Listener::listen(const Address& at) {
  const AddressList addresses = HOWDAH_TRY(resolve(at, true));
  Status last(Code::kNotFound, "the host has no address");
  for (const addrinfo* entry = addresses.get(); entry; entry = entry->ai_next) {
    FileDescriptor fd(
        ::socket(entry->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, entry->ai_protocol));
    const int on = 1;
    if (fd) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!fd || ::bind(fd.get(), entry->ai_addr, entry->ai_addrlen) != 0 ||
        ::listen(fd.get(), 128) != 0) {
      last = Status::from_errno(errno, "cannot listen");
      continue;
    }
    Listener listener;
    listener.address_ = HOWDAH_TRY(address_of(fd.get()));
    listener.fd_ = std::move(fd);
    return listener;
  }
  return last.with_operation("listen").with_peer(at.to_string());
}

Result<Socket> Listener::accept(Deadline deadline) {
  for (;;) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    const int fd = ::accept4(fd_.get(), reinterpret_cast<sockaddr*>(&storage), &length,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      std::array<char, NI_MAXHOST> host{};
      std::array<char, NI_MAXSERV> port{};
      getnameinfo(reinterpret_cast<sockaddr*>(&storage), length, host.data(), host.size(),
                  port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV);
      return Socket::adopt(FileDescriptor(fd), std::string(host.data()) + ":" + port.data());
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EINVAL) return Status(Code::kCancelled, "the listener was shut down");
    if (errno != EAGAIN && errno != EWOULDBLOCK)
      return Status::from_errno(errno, "accept").with_peer(address_.to_string());
    HOWDAH_TRY(wait_for(fd_.get(), POLLIN, deadline));
  }
}

void Listener::shutdown() {
  if (fd_) ::shutdown(fd_.get(), SHUT_RDWR);
}

}  // namespace howdah::net
