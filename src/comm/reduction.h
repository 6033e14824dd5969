// One sum under way, as this member sees it. No socket, thread or lock inside: the group feeds it
// and does what it says.
//
// Each member owns a slice. It gathers everybody's parts of the slice (in place where the peer's
// memory can be read, else from kInput), sums them chunk by chunk in the tree, and hands each chunk
// out at once: by name to those who can read our memory, as kResult to the others. A small sum goes
// without owners: every member gets all parts and sums for itself.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "comm/buffer_pool.h"
#include "comm/layout.h"
#include "comm/message.h"

namespace howdah::comm {

// A frame's worth: sources and sum of one stay in the caches until the peers have taken it.
constexpr size_t kChunkFloats = kFrameBytes / sizeof(float);
constexpr size_t kInputWindowFloats = 16 * kChunkFloats;

class Reduction {
 public:
  Reduction(const Layout& layout, BufferPool& buffers, uint64_t sequence);
  ~Reduction();
  Reduction(const Reduction&) = delete;
  Reduction& operator=(const Reduction&) = delete;

  // This member takes part. `in_place[p]`: peer p reads our sum in place, and will say kTaken.
  void start(std::span<const std::span<float>> parts, std::span<float> sum,
             std::vector<bool> in_place);
  bool is_started() const { return started_; }
  bool is_started_by(int rank) const { return peer(rank).started; }
  uint64_t sequence() const { return sequence_; }
  size_t floats() const { return sum_.size(); }
  std::span<const std::span<float>> parts() const { return parts_; }
  std::span<float> sum() const { return sum_; }

  // What peers send. Errors are kCorrupt: the peer broke the protocol.
  // parts[i] is nullptr where the part comes as kInput; `sum` where the slice comes as kResult.
  Status peer_started(int rank, uint64_t floats, std::vector<const float*> parts, const float* sum);
  Result<MutableBytes> place_eager(int rank, const Header& header);
  Status eager_arrived(int rank, const Header& header);
  Result<MutableBytes> place_input(int rank, const Header& header);
  void input_arrived(int rank, const Header& header);
  Result<MutableBytes> place_result(int rank, const Header& header);
  void result_arrived(int rank, const Header& header);
  Status peer_summed(int rank, uint64_t floats);
  Status peer_took(int rank);
  // The lengths that members announced differ from ours.
  Status check_lengths() const;

  // What can be computed now. claim() reserves it, run() does it and needs no lock, finish() counts
  // it: after a kSum, [begin, end) of our slice of the sum is final; after the last kCopy of a
  // peer's slice, has_taken(peer).
  enum class Kind { kSum, kCopy, kEager };
  struct Work {
    Kind kind;
    int rank;
    size_t begin, end;
    std::vector<const float*> leaves;  // kCopy: the one source
  };
  std::optional<Work> claim();
  void run(const Work& work) const;
  void finish(const Work& work);
  bool has_taken(int rank) const;
  // How much of its slice the peer has summed, as far as we know: so far it has room for our parts,
  // and for kInputWindowFloats more.
  size_t progress_of(int rank) const;
  // It read, or may have read, memory of other processes.
  bool reads_in_place(const Work& work) const;

  // Frames that point into our buffers hold this.
  const std::shared_ptr<const void>& hold() const { return hold_; }
  bool is_complete() const;

 private:
  // A part of our slice that comes as kInput; it may come before the peer's kStart. A ring: the
  // peer is never further ahead of our sum than kInputWindowFloats, so that what it sends is still
  // in the caches when it is summed.
  struct Inbox {
    std::unique_ptr<float[]> floats;
    size_t filled = 0;
  };
  struct PeerState {
    bool started = false;
    uint64_t floats = 0;
    std::vector<const float*> parts;  // whole arrays
    const float* sum = nullptr;
    std::vector<Inbox> inbox;  // by part
    std::unique_ptr<float[]> eager;
    bool eager_arrived = false;
    size_t ready = 0;  // of the peer's slice: what kSummed said
    size_t taken = 0;  // of the peer's slice: what lies in our sum
    bool copying = false;
    bool reads_our_sum = false;
    bool took = false;
  };
  PeerState& peer(int rank) { return peers_[static_cast<size_t>(rank)]; }
  const PeerState& peer(int rank) const { return peers_[static_cast<size_t>(rank)]; }
  bool is_me(int rank) const { return rank == layout_.rank(); }
  Status corrupt(const char* what) const;
  std::optional<Work> claim_eager();
  std::optional<Work> claim_sum();
  std::optional<Work> claim_copy(int rank);
  size_t ring_floats() const;
  const float* leaf(int rank, size_t part, size_t begin) const;

  const Layout& layout_;
  BufferPool& buffers_;
  const uint64_t sequence_;
  bool started_ = false;
  bool eager_ = false;
  std::vector<std::span<float>> parts_;
  std::span<float> sum_;
  Slice mine_;
  size_t summed_ = 0;  // of our slice
  bool summing_ = false;
  bool eager_summed_ = false;
  std::vector<PeerState> peers_;
  std::shared_ptr<const void> hold_ = std::make_shared<char>();
};

}  // namespace howdah::comm
