#include "comm/joining.h"

#include <fmt/core.h>

#include <algorithm>
#include <thread>

#include "comm/message.h"

namespace howdah::comm {
namespace {

constexpr std::chrono::milliseconds kDialPause{20};
// A try is short, so that cancel() never waits for a host that is gone.
constexpr std::chrono::milliseconds kConnectDeadline{500};
constexpr std::chrono::seconds kGreetingDeadline{5};

}  // namespace

class Joining::Watched {
 public:
  Watched(Joining& joining, net::Socket& socket) : joining_(joining), socket_(socket) {
    MutexLock lock(joining_.mutex_);
    joining_.watched_.push_back(&socket_);
    if (!joining_.failure_.is_ok()) socket_.shutdown();
  }
  ~Watched() {
    MutexLock lock(joining_.mutex_);
    std::erase(joining_.watched_, &socket_);
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  Joining& joining_;
  net::Socket& socket_;
};

Joining::Joining(const GroupPlan& plan, const JobKey& key, bool local, Acceptor& acceptor)
    : plan_(plan), key_(key), local_(local), acceptor_(acceptor), links_(plan.members.size()) {}

void Joining::cancel() {
  fail(Status(Code::kCancelled, "the join was cancelled"));
}

void Joining::fail(const Status& why) {
  MutexLock lock(mutex_);
  if (!failure_.is_ok()) return;
  failure_ = why;
  for (net::Socket* const socket : watched_) socket->shutdown();
  cancelled_changed_.notify_all();
  acceptor_.interrupt();
}

Status Joining::failure() {
  MutexLock lock(mutex_);
  return failure_;
}

std::string Joining::name_of(int rank) const {
  return fmt::format("worker {}", plan_.members[static_cast<size_t>(rank)].worker);
}

net::Socket& Joining::socket_of(int rank, Plane plane) {
  PeerLink& link = links_[static_cast<size_t>(rank)];
  return plane == Plane::kControl ? link.control : link.data;
}

Result<std::vector<PeerLink>> Joining::run(Deadline deadline) {
  {
    std::vector<std::jthread> dialers;
    for (int rank = plan_.rank + 1; rank < static_cast<int>(plan_.members.size()); ++rank)
      dialers.emplace_back([this, rank, deadline] { dial_member(rank, deadline); });
    const Status accepted = accept_members(deadline);
    if (!accepted.is_ok()) fail(accepted);
  }
  HOWDAH_TRY(failure());
  const Status met = meet(deadline);
  if (!met.is_ok()) fail(met);
  HOWDAH_TRY(failure());
  return std::move(links_);
}

void Joining::dial_member(int rank, Deadline deadline) {
  const Member& member = plan_.members[static_cast<size_t>(rank)];
  for (const Plane plane : {Plane::kControl, Plane::kData}) {
    const Claim claim{plan_.generation,
                      static_cast<uint32_t>(plan_.rank),
                      static_cast<uint32_t>(rank),
                      plan_.members[static_cast<size_t>(plan_.rank)].worker,
                      member.worker,
                      plane};
    auto dialed = dial(claim, member.address, deadline);
    if (!dialed) return fail(dialed.status().with_peer(name_of(rank)));
    PeerLink& link = links_[static_cast<size_t>(rank)];
    socket_of(rank, plane) = std::move(dialed->socket);
    if (plane == Plane::kControl) link.local = dialed->local;
  }
}

Result<Joining::Dialed> Joining::dial(const Claim& claim, const net::Address& address,
                                      Deadline deadline) {
  for (;;) {
    auto dialed = dial_once(claim, address, deadline);
    if (dialed || dialed.status().code() == Code::kAborted) return dialed;
    HOWDAH_TRY(failure());
    if (deadline.expired())
      return Status(Code::kDeadlineExceeded,
                    fmt::format("the worker did not join generation {}; last: {}", claim.generation,
                                dialed.status().to_string()));
    MutexLock lock(mutex_);
    const Deadline pause = deadline.earlier(kDialPause);
    while (failure_.is_ok() && !pause.expired()) cancelled_changed_.wait(mutex_, pause);
  }
}

Result<Joining::Dialed> Joining::dial_once(const Claim& claim, const net::Address& address,
                                           Deadline deadline) {
  Dialed dialed;
  dialed.socket = HOWDAH_TRY(net::Socket::connect(address, deadline.earlier(kConnectDeadline)));
  std::array<std::byte, kGreetingBytes> bytes{};
  Greeting greeting;
  {
    Watched watched(*this, dialed.socket);
    HOWDAH_TRY(dialed.socket.read_all(bytes, deadline.earlier(kGreetingDeadline)));
    greeting = HOWDAH_TRY(decode_greeting(bytes));
  }
  if (local_ && !greeting.local_name.empty()) {
    auto local = net::Socket::connect_unix(greeting.local_name, deadline.earlier(kConnectDeadline));
    if (local) {
      dialed.socket = std::move(*local);
      dialed.local = true;
    }
  }
  Watched watched(*this, dialed.socket);
  if (dialed.local) {
    HOWDAH_TRY(dialed.socket.read_all(bytes, deadline.earlier(kGreetingDeadline)));
    greeting = HOWDAH_TRY(decode_greeting(bytes));
  }
  const Introduction introduction = introduce(key_, claim, greeting.nonce);
  HOWDAH_TRY(dialed.socket.write_all(encode(introduction), deadline));
  // The verdict comes when the member joins this generation too.
  std::array<std::byte, kVerdictBytes> answer{};
  HOWDAH_TRY(dialed.socket.read_all(answer, deadline));
  if (HOWDAH_TRY(verify_verdict(key_, introduction, greeting.nonce, answer)) == Verdict::kStale)
    return Status(Code::kAborted,
                  fmt::format("the worker is beyond generation {}", claim.generation));
  return dialed;
}

Status Joining::accept_members(Deadline deadline) {
  for (;;) {
    int missing = 0;
    while (missing < plan_.rank && links_[static_cast<size_t>(missing)].data.is_open()) ++missing;
    if (missing == plan_.rank) return Status::ok();
    auto arrival = acceptor_.next(plan_.generation, deadline);
    if (!arrival) return arrival.status().with_peer(name_of(missing));
    HOWDAH_TRY(adopt(std::move(*arrival)));
  }
}

Status Joining::adopt(Arrival arrival) {
  const Claim& claim = arrival.introduction.claim;
  const auto rank = static_cast<int>(claim.from_rank);
  if (claim.from_rank >= static_cast<uint32_t>(plan_.rank) ||
      claim.to_rank != static_cast<uint32_t>(plan_.rank) ||
      claim.from_worker != plan_.members[claim.from_rank].worker ||
      claim.to_worker != plan_.members[static_cast<size_t>(plan_.rank)].worker)
    return Status::ok();  // of another plan: closed
  PeerLink& link = links_[static_cast<size_t>(rank)];
  if (claim.plane == Plane::kData && !link.control.is_open()) return Status::ok();
  if (!arrival.socket
           .write_all(encode_verdict(key_, Verdict::kWelcome, arrival.introduction, arrival.nonce),
                      Deadline::after({}))
           .is_ok())
    return Status::ok();  // it went away; it may dial again
  socket_of(rank, claim.plane) = std::move(arrival.socket);
  if (claim.plane == Plane::kControl) link.local = arrival.local;
  return Status::ok();
}

// Everybody tells everybody that their connections stand, so that no group begins, and is found
// silent, while another member still waits for somebody.
Status Joining::meet(Deadline deadline) {
  const auto joined = encode(Header{.type = MessageType::kJoined, .generation = plan_.generation});
  for (int rank = 0; rank < static_cast<int>(links_.size()); ++rank) {
    if (rank == plan_.rank) continue;
    net::Socket& socket = socket_of(rank, Plane::kControl);
    Watched watched(*this, socket);
    const Status status = socket.write_all(joined, deadline);
    if (!status.is_ok()) return status.with_peer(name_of(rank));
  }
  for (int rank = 0; rank < static_cast<int>(links_.size()); ++rank) {
    if (rank == plan_.rank) continue;
    net::Socket& socket = socket_of(rank, Plane::kControl);
    Watched watched(*this, socket);
    std::array<std::byte, kHeaderBytes> bytes{};
    const Status status = socket.read_all(bytes, deadline);
    if (!status.is_ok()) return Status(status.code(), status.message()).with_peer(name_of(rank));
    const Header header = HOWDAH_TRY(decode(bytes, Plane::kControl));
    if (header.type != MessageType::kJoined || header.generation != plan_.generation)
      return Status(Code::kCorrupt, "the peer did not say that it joined").with_peer(name_of(rank));
  }
  return Status::ok();
}

}  // namespace howdah::comm
