// The collectives of one generation of workers.
//
// An Endpoint lives as long as its worker: it listens, holds the shared memory, and joins one Group
// a generation. Payload between workers on one node goes through shared memory (a peer is on the
// same node when it could open our segment, never because of a number), otherwise over TCP. Every
// pair has a connection, authenticated by the job's secret (HMAC challenge, both sides), that
// carries signals and a heartbeat; every message carries job, generation and sequence number, and a
// stale one is refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/deadline.h"
#include "base/result.h"
#include "comm/tree.h"
#include "net/address.h"

namespace howdah::comm {

struct EndpointOptions {
  std::string bind_host = "0.0.0.0";
  std::string job_id;
  std::string secret;         // 32 random bytes of the job's
  bool shared_memory = true;  // false: TCP only
  // A peer that sends nothing, not even a heartbeat, for this long is lost.
  std::chrono::milliseconds silence_limit{2500};
  std::chrono::milliseconds heartbeat_every{250};
};

struct Member {
  uint32_t worker = 0;   // the worker's number in the job, never given twice
  net::Address address;  // its Endpoint's
  StreamRange streams;   // contiguous; the members' ranges cover all streams in rank order
};

struct GroupPlan {
  uint64_t generation = 0;
  int rank = 0;  // our index in members
  int streams = 0;
  std::vector<Member> members;
};

// Float memory that same-node peers read in place. Freed with the last owner.
class SharedFloats {
 public:
  virtual ~SharedFloats() = default;
  virtual std::span<float> floats() = 0;
};

class Group {
 public:
  using Ticket = uint64_t;
  virtual ~Group() =
      default;  // aborts what runs, and returns when no thread touches a buffer any more

  // Starts the sum, over all streams in the fixed tree, of `parts`: one for each of
  // subtrees_of(our streams), all of one length, which every member shares. `sum` gets the result,
  // to the bit the same on every member; it may be parts[0], and must not overlap otherwise.
  // Buffers stay untouched until wait() returned. Spans inside a SharedFloats of this Endpoint are
  // not copied on one node. Sums start in the same order on all members; several may be under way.
  virtual Ticket start_allreduce(std::span<const std::span<float>> parts, std::span<float> sum) = 0;
  //   kAborted           the group was aborted, or a member is lost: suspect() tells who
  //   kDeadlineExceeded  only this wait ended; the sum is still under way
  virtual Status wait(Ticket ticket, Deadline deadline) = 0;
  // Small values from everybody to everybody, by rank. At most 1 MiB each.
  virtual Result<std::vector<std::string>> all_gather(std::string_view mine, Deadline deadline) = 0;
  // `bytes` of member `root` to the members in `receivers` (the same list everywhere); the others
  // return at once.
  virtual Status broadcast(int root, std::span<const int> receivers, MutableBytes bytes,
                           Deadline deadline) = 0;

  // Ends every operation, now and to come, with kAborted and this reason. By any thread;
  // idempotent.
  virtual void abort(const Status& why) = 0;
  // The rank of the member whose connection broke or fell silent, once there is one.
  virtual std::optional<int> suspect() const = 0;
  virtual const GroupPlan& plan() const = 0;
};

class Endpoint {
 public:
  static Result<std::unique_ptr<Endpoint>> open(const EndpointOptions& options);
  virtual ~Endpoint() = default;
  virtual net::Address address() const = 0;  // host is the bind host; the caller knows its own name
  virtual Result<std::shared_ptr<SharedFloats>> allocate(size_t count) = 0;
  // Connects to all members; the former Group must be aborted. A member that does not come in time
  // is named: kDeadlineExceeded with peer "worker N".
  virtual Result<std::unique_ptr<Group>> join(const GroupPlan& plan, Deadline deadline) = 0;
  // Ends joins of generations up to this one with kCancelled: the one under way in another thread,
  // and those to come.
  virtual void cancel_join(uint64_t up_to_generation) = 0;
};

}  // namespace howdah::comm
