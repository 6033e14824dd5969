#include "comm/peer_group_loop.h"

#include <fmt/core.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace howdah::comm {
namespace {

constexpr size_t kReceiveBudgetBytes = 4 << 20;
// A data connection may break before the control connection's message that says why.
constexpr std::chrono::milliseconds kGrace{100};
// How long the thread leaves the loop alone after a waiting caller has driven it.
constexpr std::chrono::milliseconds kParking{5};

}  // namespace

void PeerGroup::run_in_background() {
  MutexLock lock(mutex_);
  bool drove = false;
  while (!stopping_) {
    if (waiters_ > 0 || !aborted_.is_ok()) {
      // The one who waits may sleep while we made work for it.
      if (std::exchange(drove, false)) wake();
      parked_ = true;
      background_.wait(mutex_, aborted_.is_ok() ? Deadline::after(kParking) : Deadline::never());
      parked_ = false;
      continue;
    }
    drove = true;
    const bool worked = work();
    poll(worked ? Deadline::at(Clock::time_point::min()) : next_tick());
    tick();
  }
}

// One chunk of a sum, the oldest first.
bool PeerGroup::work() {
  for (const auto& [sequence, sum] : sums_) {
    const std::optional<Reduction::Work> work = sum->reduction.claim();
    if (!work) continue;
    Sum& current = *sum;  // stays: a sum that is being worked upon is not complete
    ++working_;
    mutex_.unlock();
    current.reduction.run(*work);
    mutex_.lock();
    --working_;
    // A peer that aborts says so before it touches its memory again. If it has not said so by now,
    // what we read was what it meant us to read.
    if (current.reduction.reads_in_place(*work)) {
      __sync_synchronize();
      for (const auto& peer : peers_)
        if (peer->local) receive(peer->control);
    }
    if (!aborted_.is_ok()) {
      changed_.notify_all();
      return false;
    }
    current.reduction.finish(*work);
    publish(current, *work);
    finish_completed();
    return true;
  }
  return false;
}

void PeerGroup::poll(Deadline until) {
  if (!aborted_.is_ok()) return;
  const bool backlog = std::any_of(peers_.begin(), peers_.end(), [](const auto& peer) {
    return peer->control.more_to_read || peer->data.more_to_read;
  });
  std::array<epoll_event, 64> events{};
  int count;
  if (backlog || until.expired()) {
    count = epoll_wait(epoll_.get(), events.data(), events.size(), 0);
  } else {
    ++asleep_;
    mutex_.unlock();
    count = epoll_wait(epoll_.get(), events.data(), events.size(), until.poll_timeout_ms());
    mutex_.lock();
    --asleep_;
  }
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    auto* const connection = static_cast<Connection*>(event.data.ptr);
    if (!connection) {
      uint64_t wakes;
      (void)!::read(wake_.get(), &wakes, sizeof wakes);
      continue;
    }
    if (event.events & EPOLLOUT) flush(*connection);
    if (event.events & ~static_cast<uint32_t>(EPOLLOUT)) connection->more_to_read = true;
  }
  for (const auto& peer : peers_)
    for (Connection* const connection : {&peer->control, &peer->data}) {
      if (connection->more_to_read) receive(*connection);
      if (!connection->broken.is_ok() && connection->is_open) lost(*connection, connection->broken);
    }
  finish_completed();
}

void PeerGroup::receive(Connection& connection) {
  connection.more_to_read = false;
  if (!connection.is_open || !aborted_.is_ok()) return;
  bool more = false;
  const Status status = connection.receive(*this, kReceiveBudgetBytes, &more);
  connection.more_to_read = status.is_ok() && more;
  if (!status.is_ok()) lost(connection, status);
}

void PeerGroup::flush(Connection& connection) {
  if (!connection.is_open || !aborted_.is_ok()) return;
  // What breaks here is told by reading, after what the peer still said.
  connection.broken = connection.flush();
  if (!connection.broken.is_ok()) {
    connection.more_to_read = true;
    return wake();
  }
  if (connection.waits_to_write != connection.is_idle()) return;
  connection.waits_to_write = !connection.is_idle();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
  if (connection.waits_to_write) event.events |= EPOLLOUT;
  event.data.ptr = &connection;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.fd(), &event);
}

void PeerGroup::lost(Connection& connection, const Status& why) {
  if (!aborted_.is_ok()) return;
  connection.is_open = connection.more_to_read = false;
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection.fd(), nullptr);
  Peer& from = peer(connection.rank());
  if (why.code() == Code::kUnavailable && connection.plane() == Plane::kData &&
      from.control.is_open && !from.left_after) {
    receive(from.control);
    if (!aborted_.is_ok()) return;
    if (!from.left_after && from.control.is_open) {
      from.data_lost_at = Clock::now();
      return;
    }
  }
  if (why.code() == Code::kUnavailable && from.left_after && !misses_something_of(from)) return;
  abort_locked(Status(Code::kAborted, why.message()).with_peer(from.name),
               from.left_after ? std::nullopt : std::optional<int>(from.rank));
}

bool PeerGroup::misses_something_of(const Peer& peer) {
  if (*peer.left_after < next_sum_) return true;
  if (peer.data.is_open) return false;
  const auto rank = static_cast<size_t>(peer.rank);
  return incoming_.root == peer.rank ||
         std::any_of(gathers_.begin(), gathers_.end(),
                     [&](const auto& entry) { return !entry.second.values[rank]; });
}

Deadline PeerGroup::next_tick() {
  Deadline next = Deadline::at(next_heartbeat_);
  for (const auto& peer : peers_)
    if (peer->data_lost_at) next = next.earlier(Deadline::at(*peer->data_lost_at + kGrace));
  return next;
}

void PeerGroup::tick() {
  const Clock::time_point now = Clock::now();
  for (const auto& peer : peers_)
    if (peer->data_lost_at && now >= *peer->data_lost_at + kGrace && !peer->left_after)
      abort_locked(Status(Code::kAborted, "the connection was closed").with_peer(peer->name),
                   peer->rank);
  if (now < next_heartbeat_) return;
  next_heartbeat_ = now + heartbeat_every_;
  for (const auto& peer : peers_) {
    if (peer->left_after || !aborted_.is_ok()) continue;
    if (peer->control.is_idle()) {
      peer->control.queue({.header = {.type = MessageType::kHeartbeat}});
      flush(peer->control);
    }
    const auto silent_for = [&] {
      return now - std::max(peer->control.last_heard(), peer->data.last_heard());
    };
    if (silent_for() < silence_limit_) continue;
    // It may be us who were frozen: what came meanwhile counts.
    receive(peer->control);
    receive(peer->data);
    if (silent_for() >= silence_limit_)
      abort_locked(
          Status(Code::kAborted,
                 fmt::format(
                     "the worker has been silent for {} ms",
                     std::chrono::duration_cast<std::chrono::milliseconds>(silent_for()).count()))
              .with_peer(peer->name),
          peer->rank);
  }
}

void PeerGroup::wake() {
  const uint64_t one = 1;
  if (asleep_ > 0) (void)!::write(wake_.get(), &one, sizeof one);
}

void PeerGroup::abort_locked(const Status& why, std::optional<int> suspect) {
  if (!aborted_.is_ok()) return;
  suspect_ = suspect;
  for (const auto& peer : peers_) {
    if (!peer->control.is_open) continue;
    peer->control.drop_queue();
    peer->control.queue({.header = {.type = MessageType::kAbort,
                                    .part = static_cast<uint16_t>(suspect ? *suspect + 1 : 0)},
                         .owned = why.message().substr(0, kReasonBytes)});
    (void)peer->control.flush();
  }
  for (const auto& peer : peers_) {
    peer->control.shutdown();
    peer->data.shutdown();
  }
  aborted_ = Status(Code::kAborted, why.message().empty() ? "aborted" : why.message());
  if (!why.peer().empty()) aborted_ = aborted_.with_peer(why.peer());
  if (!why.advice().empty()) aborted_ = aborted_.with_advice(why.advice());
  changed_.notify_all();
  background_.notify_all();
  wake();
}

}  // namespace howdah::comm
