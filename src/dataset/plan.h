// Which record a stream uses at which step: a pure function of (index, split, seed, epoch,
// streams).
//
// Membership in train or validation is decided by the record's identity alone (hash of seed and
// identity), so that adding records moves none. An epoch's chunks are permuted, their records of
// the split form one sequence, which is cut into one run a stream (lengths differ by one at most, a
// chunk may be cut), shuffled inside a window of chunks. With N records and a global batch of B an
// epoch has S = ceil(N / B) steps; stream v with n_v records uses [t * n_v / S, (t + 1) * n_v / S)
// at step t: each record exactly once an epoch, no ragged tail.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dataset/index.h"

namespace howdah::dataset {

struct Split {
  double train = 0.9;       // of the partition "train"
  double validation = 0.1;  // the rest
  uint64_t seed = 0;
};
enum class Part { kTrain, kValidation, kTest };

struct PlanOptions {
  Part part = Part::kTrain;
  Split split;
  uint64_t seed = 0;
  int streams = 1;
  int64_t batch = 1;      // global; for kTrain
  bool shuffle = true;    // false for validation and test: the records in order
  int window_chunks = 4;  // a stream's shuffle window
};

// One run of records of a chunk; `records` are positions inside the chunk.
struct ChunkUse {
  int chunk = 0;  // into Partition::chunks
  std::vector<int32_t> records;
};

class EpochPlan {
 public:
  // kInvalidArgument: no record in the part, fewer records than streams.
  static Result<EpochPlan> make(const Index& index, const PlanOptions& options, int64_t epoch);

  int64_t steps() const;    // of the epoch
  int64_t records() const;  // of the epoch, all streams
  int64_t records_of(int stream) const;
  // [begin, end) in the stream's sequence.
  std::pair<int64_t, int64_t> records_at(int stream, int64_t step) const;
  int64_t batch_at(int64_t step) const;  // records of all streams: what sums are divided by
  // The stream's sequence: windows of chunk uses; inside a window, `order` permutes the window's
  // records (window-relative positions, the uses one after the other).
  struct Window {
    std::vector<ChunkUse> uses;
    std::vector<int32_t> order;
  };
  const std::vector<Window>& windows(int stream) const;
  // SHA-256 of the whole plan, as it stands in the journal.
  std::string digest() const;

 private:
  friend class EpochPlanner;
  int64_t steps_ = 0;
  std::vector<std::vector<Window>> windows_;
  std::vector<int64_t> records_;
};

}  // namespace howdah::dataset
