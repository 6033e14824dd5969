// A Group over authenticated connections: one event loop that whoever waits drives, and a thread of
// its own drives it while nobody waits. So a small sum costs no change of threads, and sums go on
// while the caller computes.
#pragma once

#include <map>
#include <set>
#include <thread>

#include "base/mutex.h"
#include "comm/connection.h"
#include "comm/group.h"
#include "comm/layout.h"
#include "comm/reduction.h"
#include "comm/segment.h"

namespace howdah::comm {

// What join() hands over for one peer. `local`: both are on one node, and descriptors can pass.
struct PeerLink {
  net::Socket control, data;
  bool local = false;
};

class PeerGroup : public Group, private FrameHandler {
 public:
  // links[our rank] is empty.
  static Result<std::unique_ptr<Group>> create(const GroupPlan& plan,
                                               const EndpointOptions& options,
                                               std::shared_ptr<SegmentTable> segments,
                                               std::vector<PeerLink> links);
  ~PeerGroup() override;

  Ticket start_allreduce(std::span<const std::span<float>> parts, std::span<float> sum) override;
  Status wait(Ticket ticket, Deadline deadline) override;
  Result<std::vector<std::string>> all_gather(std::string_view mine, Deadline deadline) override;
  Status broadcast(int root, std::span<const int> receivers, MutableBytes bytes,
                   Deadline deadline) override;
  void abort(const Status& why) override;
  std::optional<int> suspect() const override;
  const GroupPlan& plan() const override { return plan_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Peer {
    Peer(PeerLink link, int rank, const GroupPlan& plan);
    int rank;
    std::string name;  // "worker 3"
    bool local;
    Connection control, data;
    std::vector<std::byte> payload;  // of the control message under way
    std::map<uint64_t, std::shared_ptr<MappedSegment>> segments;  // the peer's, by its numbers
    std::map<uint32_t, std::weak_ptr<Segment>> sent_segments;     // ours that it has
    uint64_t started = 0;                                         // sums that the peer announced
    uint64_t announced = 0;                                       // sums that we announced to it
    std::optional<uint64_t> left_after;               // it left in good order, after so many sums
    std::optional<Clock::time_point> data_lost_at{};  // its control connection should say why
    std::map<uint64_t, uint64_t> wants;               // broadcasts that it waits for: their bytes
  };
  struct Sum {
    Sum(const Layout& layout, uint64_t sequence) : reduction(layout, sequence) {}
    Reduction reduction;
    std::vector<std::shared_ptr<Segment>> segments;      // of the parts, and of the sum at the end
    std::vector<Place> places;                           // likewise
    std::vector<std::shared_ptr<MappedSegment>> mapped;  // that it reads from
  };
  struct Gathered {
    std::vector<std::optional<std::string>> values;
    std::vector<std::string> arriving;
  };
  struct Incoming {  // a broadcast that we receive
    int root = -1;
    uint64_t sequence = 0;
    MutableBytes bytes;
    size_t filled = 0;
  };

  PeerGroup(const GroupPlan& plan, const EndpointOptions& options,
            std::shared_ptr<SegmentTable> segments, Layout layout);
  Status open(std::vector<PeerLink> links);
  Peer& peer(int rank) HOWDAH_REQUIRES(mutex_) {
    return *peers_[static_cast<size_t>(rank > plan_.rank ? rank - 1 : rank)];
  }

  // The event loop (peer_group_loop.cc).
  void run_in_background();
  template <typename Done>
  Status drive(Done done, Deadline deadline) HOWDAH_REQUIRES(mutex_);
  template <typename Done>
  void drive_alone(Done done, Deadline deadline) HOWDAH_REQUIRES(mutex_);
  bool work() HOWDAH_REQUIRES(mutex_);
  void poll(Deadline until) HOWDAH_REQUIRES(mutex_);
  void tick() HOWDAH_REQUIRES(mutex_);
  void wake() HOWDAH_REQUIRES(mutex_);
  void receive(Connection& connection) HOWDAH_REQUIRES(mutex_);
  void flush(Connection& connection) HOWDAH_REQUIRES(mutex_);
  void lost(Connection& connection, const Status& why) HOWDAH_REQUIRES(mutex_);
  void abort_locked(const Status& why, std::optional<int> suspect) HOWDAH_REQUIRES(mutex_);
  void leave() HOWDAH_REQUIRES(mutex_);
  bool misses_something_of(const Peer& peer) HOWDAH_REQUIRES(mutex_);
  Deadline next_tick() HOWDAH_REQUIRES(mutex_);

  // Frames (peer_group_frames.cc). Called with the mutex held, from Connection::receive().
  Result<MutableBytes> place(int rank, const Header& header) HOWDAH_REQUIRES(mutex_) override;
  Status take(int rank, const Header& header, net::FileDescriptor fd)
      HOWDAH_REQUIRES(mutex_) override;
  Status check_sequence(const Peer& from, const Header& header) HOWDAH_REQUIRES(mutex_);
  Status take_start(Peer& from, const Header& header) HOWDAH_REQUIRES(mutex_);
  Status take_segment(Peer& from, const Header& header, net::FileDescriptor fd)
      HOWDAH_REQUIRES(mutex_);
  Status take_leave(Peer& from, const Header& header) HOWDAH_REQUIRES(mutex_);
  void take_abort(Peer& from, const Header& header) HOWDAH_REQUIRES(mutex_);
  Result<MutableBytes> place_gather(Peer& from, const Header& header) HOWDAH_REQUIRES(mutex_);
  Result<MutableBytes> place_broadcast(Peer& from, const Header& header) HOWDAH_REQUIRES(mutex_);

  // Sums (peer_group_sums.cc).
  Sum* find_sum(uint64_t sequence) HOWDAH_REQUIRES(mutex_);
  Sum& sum_of(uint64_t sequence) HOWDAH_REQUIRES(mutex_);
  void announce(Peer& to) HOWDAH_REQUIRES(mutex_);
  void announce_one(Peer& to, Sum& sum) HOWDAH_REQUIRES(mutex_);
  Place offer(Peer& to, const std::shared_ptr<Segment>& segment, Place place)
      HOWDAH_REQUIRES(mutex_);
  void forget_freed_segments(Peer& to) HOWDAH_REQUIRES(mutex_);
  void send_values(Peer& to, uint64_t sequence, MutableBytes bytes,
                   const std::shared_ptr<const void>& hold) HOWDAH_REQUIRES(mutex_);
  void send_inputs(Peer& to, Sum& sum) HOWDAH_REQUIRES(mutex_);
  void publish(Sum& sum, const Reduction::Work& work) HOWDAH_REQUIRES(mutex_);
  void finish_completed() HOWDAH_REQUIRES(mutex_);

  const GroupPlan plan_;
  const std::chrono::milliseconds silence_limit_, heartbeat_every_;
  const std::shared_ptr<SegmentTable> segments_;
  const Layout layout_;
  net::FileDescriptor epoll_, wake_;

  mutable Mutex mutex_;
  Condition changed_;     // a sum ended, the driver left, the group aborted
  Condition background_;  // the thread is wanted
  std::vector<std::unique_ptr<Peer>> peers_ HOWDAH_GUARDED_BY(mutex_);  // without ourselves
  std::map<uint64_t, std::unique_ptr<Sum>> sums_ HOWDAH_GUARDED_BY(mutex_);
  uint64_t next_sum_ HOWDAH_GUARDED_BY(mutex_) = 0;
  uint64_t next_gather_ HOWDAH_GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, Gathered> gathers_ HOWDAH_GUARDED_BY(mutex_);
  uint64_t next_broadcast_ HOWDAH_GUARDED_BY(mutex_) = 0;
  Incoming incoming_ HOWDAH_GUARDED_BY(mutex_);
  Status aborted_ HOWDAH_GUARDED_BY(mutex_);
  std::optional<int> suspect_ HOWDAH_GUARDED_BY(mutex_);
  int waiters_ HOWDAH_GUARDED_BY(mutex_) = 0;      // threads inside a call that waits
  bool driven_ HOWDAH_GUARDED_BY(mutex_) = false;  // one of them drives
  int asleep_ HOWDAH_GUARDED_BY(mutex_) = 0;       // threads in epoll_wait
  int working_ HOWDAH_GUARDED_BY(mutex_) = 0;      // threads that touch buffers without the mutex
  bool parked_ HOWDAH_GUARDED_BY(mutex_) = false;
  bool stopping_ HOWDAH_GUARDED_BY(mutex_) = false;
  Clock::time_point next_heartbeat_ HOWDAH_GUARDED_BY(mutex_) = Clock::now();
  std::jthread thread_;
};

}  // namespace howdah::comm
