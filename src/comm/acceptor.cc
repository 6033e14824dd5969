#include "comm/acceptor.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <vector>

#include "base/log.h"

namespace howdah::comm {
namespace {

constexpr std::chrono::seconds kProofDeadline{5};
constexpr size_t kMaxStrangers = 256;
constexpr size_t kMaxWaiting = 4096;

bool closed_by_peer(const net::Socket& socket) {
  char byte;
  const ssize_t count = ::recv(socket.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace

Result<std::unique_ptr<Acceptor>> Acceptor::open(const std::string& bind_host, const JobKey& key,
                                                 bool local) {
  std::unique_ptr<Acceptor> acceptor(new Acceptor(key));
  acceptor->listener_ = HOWDAH_TRY(net::Listener::listen({bind_host, 0}));
  acceptor->wake_ = net::FileDescriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!acceptor->wake_) return Status::from_errno(errno, "eventfd");
  if (local) HOWDAH_TRY(acceptor->listen_locally());
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  acceptor->thread_ = std::jthread([raw = acceptor.get()] { raw->run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return acceptor;
}

Acceptor::~Acceptor() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake();
}

// In the abstract namespace: it leaves no file, and only this machine can find it.
Status Acceptor::listen_locally() {
  std::string name("\0howdah-", 8);
  constexpr char kDigits[] = "0123456789abcdef";
  const Nonce nonce = random_nonce();
  for (size_t i = 0; i < 16; ++i) {
    name += kDigits[static_cast<unsigned>(nonce[i]) >> 4];
    name += kDigits[static_cast<unsigned>(nonce[i]) & 15];
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, sizeof address.sun_path);
  local_listener_ =
      net::FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!local_listener_ ||
      ::bind(local_listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(local_listener_.get(), 128) != 0)
    return Status::from_errno(errno, "cannot listen on a Unix domain socket");
  local_name_ = name;
  return Status::ok();
}

void Acceptor::run() {
  std::vector<pollfd> entries;
  for (;;) {
    entries.assign({{wake_.get(), POLLIN, 0}, {listener_.fd(), POLLIN, 0}});
    entries.push_back({local_listener_ ? local_listener_.get() : -1, POLLIN, 0});
    Deadline next = Deadline::never();
    for (const Stranger& stranger : strangers_) {
      entries.push_back({stranger.socket.fd(), POLLIN, 0});
      next = next.earlier(stranger.deadline);
    }
    (void)::poll(entries.data(), entries.size(), next.poll_timeout_ms());
    uint64_t wakes;
    (void)!::read(wake_.get(), &wakes, sizeof wakes);
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
    }
    auto entry = entries.begin() + 3;
    for (auto stranger = strangers_.begin(); stranger != strangers_.end(); ++entry) {
      const bool keep = entry->revents == 0 ? !stranger->deadline.expired() : listen_to(*stranger);
      stranger = keep ? std::next(stranger) : strangers_.erase(stranger);
    }
    if (entries[1].revents) {
      auto socket = listener_.accept(Deadline::after({}));
      if (socket) greet(std::move(*socket), false);
    }
    if (entries[2].revents) accept_local();
  }
}

void Acceptor::accept_local() {
  net::FileDescriptor fd(
      ::accept4(local_listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return;
  auto socket = net::Socket::adopt(std::move(fd), "a process of this machine");
  if (socket) greet(std::move(*socket), true);
}

void Acceptor::greet(net::Socket socket, bool local) {
  if (strangers_.size() >= kMaxStrangers) strangers_.pop_front();
  Greeting greeting{random_nonce(), local_name_};
  // A new connection takes so few bytes at once, or it is of no use.
  if (!socket.write_all(encode(greeting), Deadline::after({})).is_ok()) return;
  strangers_.push_back(
      {std::move(socket), local, greeting.nonce, {}, 0, Deadline::after(kProofDeadline)});
}

bool Acceptor::listen_to(Stranger& stranger) {
  while (stranger.count < stranger.received.size()) {
    const ssize_t count = ::recv(stranger.socket.fd(), stranger.received.data() + stranger.count,
                                 stranger.received.size() - stranger.count, MSG_DONTWAIT);
    if (count > 0) {
      stranger.count += static_cast<size_t>(count);
      continue;
    }
    const bool waits = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return waits && !stranger.deadline.expired();
  }
  auto introduction = verify_introduction(key_, stranger.nonce, stranger.received);
  if (!introduction) {
    warn(stranger, introduction.status());
    return false;
  }
  settle({std::move(stranger.socket), stranger.local, *introduction, stranger.nonce});
  return false;
}

// A line a second at most: whoever is refused may try for hours.
void Acceptor::warn(const Stranger& stranger, const Status& why) {
  ++refused_;
  if (!next_warning_.expired()) return;
  next_warning_ = Deadline::after(std::chrono::seconds(1));
  log::warning("refused a connection of {} ({} so far): {}", stranger.socket.peer(), refused_,
               why.message());
}

void Acceptor::settle(Arrival arrival) {
  MutexLock lock(mutex_);
  const Claim& claim = arrival.introduction.claim;
  if (claim.generation < oldest_generation_) {
    (void)arrival.socket.write_all(
        encode_verdict(key_, Verdict::kStale, arrival.introduction, arrival.nonce),
        Deadline::after({}));
    return;
  }
  // A dialer that tries again has given up its former connection.
  std::erase_if(waiting_, [&](const Arrival& other) {
    return other.introduction.claim == claim || closed_by_peer(other.socket);
  });
  if (waiting_.size() >= kMaxWaiting) waiting_.pop_front();
  waiting_.push_back(std::move(arrival));
  arrived_.notify_all();
}

void Acceptor::expect(uint64_t generation) {
  MutexLock lock(mutex_);
  oldest_generation_ = std::max(oldest_generation_, generation);
  interrupted_ = false;
  std::erase_if(waiting_, [&, oldest = oldest_generation_](Arrival& arrival) {
    if (arrival.introduction.claim.generation >= oldest) return false;
    (void)arrival.socket.write_all(
        encode_verdict(key_, Verdict::kStale, arrival.introduction, arrival.nonce),
        Deadline::after({}));
    return true;
  });
}

Result<Arrival> Acceptor::next(uint64_t generation, Deadline deadline) {
  MutexLock lock(mutex_);
  for (;;) {
    if (interrupted_) return Status(Code::kCancelled, "the join was cancelled");
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Arrival& arrival) {
      return arrival.introduction.claim.generation == generation;
    });
    if (found != waiting_.end()) {
      Arrival arrival = std::move(*found);
      waiting_.erase(found);
      if (!closed_by_peer(arrival.socket)) return arrival;
      continue;
    }
    if (deadline.expired()) return Status(Code::kDeadlineExceeded, "the worker did not come");
    arrived_.wait(mutex_, deadline);
  }
}

void Acceptor::interrupt() {
  MutexLock lock(mutex_);
  interrupted_ = true;
  arrived_.notify_all();
}

void Acceptor::wake() {
  const uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof one);
}

}  // namespace howdah::comm
