// One authenticated connection to a peer: frames out of a queue, frames in to where they belong,
// and never a wait.
//
// Not thread-safe: the group's mutex guards it.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "comm/message.h"
#include "comm/segment.h"
#include "net/socket.h"

namespace howdah::comm {

// What happens to incoming frames.
class FrameHandler {
 public:
  virtual ~FrameHandler() = default;
  // Where the payload goes: exactly header.length bytes. An error ends the connection's reading.
  virtual Result<MutableBytes> place(int rank, const Header& header) = 0;
  // The payload is there. `fd` belongs to a kSegment.
  virtual Status take(int rank, const Header& header, net::FileDescriptor fd) = 0;
};

struct Outgoing {
  Header header;                       // length is filled in by queue()
  Bytes payload{};                     // not copied; stays valid while `hold` is held
  std::shared_ptr<const void> hold{};  // released once the last byte left
  std::string owned{};                 // a payload of its own, instead
  std::shared_ptr<Segment> segment{};  // its descriptor goes along
};

class Connection {
 public:
  Connection(net::Socket socket, int rank, Plane plane, uint64_t generation);

  void queue(Outgoing frame);
  // Sends until the queue is empty or the kernel takes no more.
  //   kUnavailable  the peer is gone
  Status flush();
  bool is_idle() const { return queue_.empty(); }
  // Forgets what is queued, but for a frame that is partly sent.
  void drop_queue();

  // Reads what has come, about `budget_bytes` at most; sets *more when there may be more.
  //   kUnavailable  the peer closed the connection, after all before was delivered
  //   kCorrupt      the peer broke the protocol
  Status receive(FrameHandler& handler, size_t budget_bytes, bool* more);

  int fd() const { return socket_.fd(); }
  Plane plane() const { return plane_; }
  int rank() const { return rank_; }
  std::chrono::steady_clock::time_point last_heard() const { return last_heard_; }
  // No more sending (control), or nothing at all (data).
  void shutdown();

  bool more_to_read = false;    // the group's note: receive() stopped at its budget
  bool is_open = true;          // the group's note: reading has not ended
  bool waits_to_write = false;  // the group's note: registered for it
  Status broken;                // the group's note: why sending ended

 private:
  struct Queued {
    std::array<std::byte, kHeaderBytes> header;
    Bytes payload;
    Outgoing frame;
  };
  Result<size_t> read_once(bool* drained);
  Status parse(FrameHandler& handler);

  net::Socket socket_;
  int rank_;
  Plane plane_;
  uint64_t generation_;
  std::deque<Queued> queue_;
  size_t sent_of_first_ = 0;

  std::vector<std::byte> buffer_;
  size_t buffer_begin_ = 0, buffer_end_ = 0;
  bool in_frame_ = false;
  Header header_;
  MutableBytes target_;
  size_t target_filled_ = 0;
  std::deque<net::FileDescriptor> descriptors_;
  std::chrono::steady_clock::time_point last_heard_;
};

}  // namespace howdah::comm
