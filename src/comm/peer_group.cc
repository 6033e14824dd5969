#include "comm/peer_group.h"

#include <fmt/core.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "comm/peer_group_loop.h"

namespace howdah::comm {

PeerGroup::Peer::Peer(PeerLink link, int rank, const GroupPlan& plan)
    : rank(rank),
      name(fmt::format("worker {}", plan.members[static_cast<size_t>(rank)].worker)),
      local(link.local),
      control(std::move(link.control), rank, Plane::kControl, plan.generation),
      data(std::move(link.data), rank, Plane::kData, plan.generation) {}

PeerGroup::PeerGroup(const GroupPlan& plan, const EndpointOptions& options,
                     std::shared_ptr<SegmentTable> segments, Layout layout)
    : plan_(plan),
      silence_limit_(options.silence_limit),
      heartbeat_every_(options.heartbeat_every),
      segments_(std::move(segments)),
      layout_(std::move(layout)) {}

Result<std::unique_ptr<Group>> PeerGroup::create(const GroupPlan& plan,
                                                 const EndpointOptions& options,
                                                 std::shared_ptr<SegmentTable> segments,
                                                 std::vector<PeerLink> links) {
  Layout layout = HOWDAH_TRY(Layout::of(plan));
  std::unique_ptr<PeerGroup> group(
      new PeerGroup(plan, options, std::move(segments), std::move(layout)));
  HOWDAH_TRY(group->open(std::move(links)));
  return std::unique_ptr<Group>(std::move(group));
}

Status PeerGroup::open(std::vector<PeerLink> links) {
  epoll_ = net::FileDescriptor(epoll_create1(EPOLL_CLOEXEC));
  wake_ = net::FileDescriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll_ || !wake_) return Status::from_errno(errno, "cannot make an event loop");
  MutexLock lock(mutex_);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0)
    return Status::from_errno(errno, "epoll_ctl");
  for (int rank = 0; rank < layout_.size(); ++rank) {
    if (rank == plan_.rank) continue;
    peers_.push_back(
        std::make_unique<Peer>(std::move(links[static_cast<size_t>(rank)]), rank, plan_));
    for (Connection* const connection : {&peers_.back()->control, &peers_.back()->data}) {
      event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
      event.data.ptr = connection;
      if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection->fd(), &event) != 0)
        return Status::from_errno(errno, "epoll_ctl");
    }
  }
  // Signals are for the program's own threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::jthread([this] { run_in_background(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return Status::ok();
}

PeerGroup::~PeerGroup() {
  {
    MutexLock lock(mutex_);
    leave();
    stopping_ = true;
    background_.notify_all();
    wake();
  }
  if (thread_.joinable()) thread_.join();
}

// Ends a group without harm to those who are a little behind.
void PeerGroup::leave() {
  finish_completed();
  if (!sums_.empty())
    abort_locked(Status(Code::kAborted, "a worker ended the group in the midst of a sum"), {});
  if (!aborted_.is_ok()) return;
  for (const auto& peer : peers_) {
    if (!peer->control.is_open) continue;
    peer->control.queue({.header = {.type = MessageType::kLeave, .sequence = next_sum_}});
    flush(peer->control);
  }
  const auto all_sent = [this]() HOWDAH_REQUIRES(mutex_) {
    return std::all_of(peers_.begin(), peers_.end(), [](const auto& peer) {
      return !peer->control.is_open || (peer->control.is_idle() && peer->data.is_idle());
    });
  };
  (void)drive(all_sent, Deadline::after(std::chrono::milliseconds(200)));
}

Status PeerGroup::wait(Ticket ticket, Deadline deadline) {
  MutexLock lock(mutex_);
  if (ticket >= next_sum_) return Status(Code::kInvalidArgument, "no such sum was started");
  return drive([&]() HOWDAH_REQUIRES(mutex_) { return !sums_.contains(ticket); }, deadline)
      .with_operation("allreduce");
}

Result<std::vector<std::string>> PeerGroup::all_gather(std::string_view mine, Deadline deadline) {
  if (mine.size() > kGatherBytes)
    return Status(Code::kInvalidArgument, "a value to gather is larger than 1 MiB");
  MutexLock lock(mutex_);
  const uint64_t sequence = next_gather_++;
  Gathered& gathered = gathers_[sequence];
  gathered.values.resize(static_cast<size_t>(layout_.size()));
  gathered.arriving.resize(gathered.values.size());
  gathered.values[static_cast<size_t>(plan_.rank)] = std::string(mine);
  for (const auto& peer : peers_) {
    peer->data.queue({.header = {.type = MessageType::kGather, .sequence = sequence},
                      .owned = std::string(mine)});
    flush(peer->data);
    if (peer->left_after && misses_something_of(*peer))
      abort_locked(Status(Code::kAborted, "a worker left the group").with_peer(peer->name), {});
  }
  const auto missing = [&]() HOWDAH_REQUIRES(mutex_) {
    return std::find(gathered.values.begin(), gathered.values.end(), std::nullopt);
  };
  const Status status =
      drive([&]() HOWDAH_REQUIRES(mutex_) { return missing() == gathered.values.end(); }, deadline);
  if (!status.is_ok()) {
    const auto rank = static_cast<size_t>(missing() - gathered.values.begin());
    const std::string name =
        rank < plan_.members.size() ? fmt::format("worker {}", plan_.members[rank].worker) : "";
    if (status.code() != Code::kDeadlineExceeded) return status.with_operation("all_gather");
    return status.with_operation("all_gather").with_peer(name);
  }
  std::vector<std::string> values;
  for (auto& value : gathered.values) values.push_back(std::move(*value));
  gathers_.erase(sequence);
  return values;
}

Status PeerGroup::broadcast(int root, std::span<const int> receivers, MutableBytes bytes,
                            Deadline deadline) {
  MutexLock lock(mutex_);
  const uint64_t sequence = next_broadcast_++;
  const auto is_member = [&](int rank) { return rank >= 0 && rank < layout_.size(); };
  if (!is_member(root) || !std::all_of(receivers.begin(), receivers.end(), is_member))
    return Status(Code::kInvalidArgument, "no such rank").with_operation("broadcast");
  const bool receives =
      std::find(receivers.begin(), receivers.end(), plan_.rank) != receivers.end();
  Status status;
  if (root == plan_.rank) {
    const auto hold = std::make_shared<char>();
    std::vector<int> waiting;
    for (const int rank : receivers)
      if (rank != plan_.rank) waiting.push_back(rank);
    const auto done = [&]() HOWDAH_REQUIRES(mutex_) {
      std::erase_if(waiting, [&](int rank) HOWDAH_REQUIRES(mutex_) {
        Peer& to = peer(rank);
        const auto want = to.wants.find(sequence);
        if (want == to.wants.end()) return false;
        if (want->second != bytes.size())
          abort_locked(Status(Code::kAborted, "the members do not agree about a broadcast's length")
                           .with_peer(to.name),
                       {});
        else
          send_values(to, sequence, bytes, hold);
        to.wants.erase(want);
        return true;
      });
      return waiting.empty() && hold.use_count() == 1;
    };
    status = drive(done, deadline);
  } else if (receives) {
    incoming_ = {root, sequence, bytes, 0};
    peer(root).control.queue({.header = {
                                  .type = MessageType::kWant,
                                  .sequence = sequence,
                                  .offset = bytes.size(),
                              }});
    flush(peer(root).control);
    if (peer(root).left_after)
      abort_locked(Status(Code::kAborted, "a worker left the group").with_peer(peer(root).name),
                   {});
    status = drive(
        [this]() HOWDAH_REQUIRES(mutex_) { return incoming_.filled == incoming_.bytes.size(); },
        deadline);
    incoming_ = {};
  }
  // Bytes on their way have no place any more.
  if (status.code() == Code::kDeadlineExceeded)
    abort_locked(Status(Code::kAborted, "a broadcast did not end in time"), {});
  return status.with_operation("broadcast");
}

void PeerGroup::abort(const Status& why) {
  MutexLock lock(mutex_);
  abort_locked(why, {});
}

std::optional<int> PeerGroup::suspect() const {
  MutexLock lock(mutex_);
  return suspect_;
}

}  // namespace howdah::comm
