// Which record a stream uses at which step: a pure function of (index, split, seed, epoch,
// streams). Where the chunks lie (hosts) has no part in it.
//
// Membership in train or validation is decided by the record's identity alone (hash of seed and
// identity), so that adding records moves none. An epoch's chunks are permuted, their records of
// the split form one sequence, which is cut into one run a stream (lengths differ by one at most, a
// chunk may be cut), shuffled inside a window of chunks. With N records and a global batch of B an
// epoch has S = ceil(N / B) steps; stream v with n_v records uses [t * n_v / S, (t + 1) * n_v / S)
// at step t: each record exactly once an epoch, no ragged tail.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dataset/index.h"

namespace howdah::dataset {

// Shares of the partition "train". What both leave is the test part of a source without a partition
// "test", and unused otherwise. A partition "validation" is all of the validation part: then train
// is to be 1.
struct Split {
  double train = 0.9;
  double validation = 0.1;
  uint64_t seed = 0;
};
enum class Part { kTrain, kValidation, kTest };

struct PlanOptions {
  Part part = Part::kTrain;
  Split split;
  uint64_t seed = 0;
  int streams = 1;
  int64_t batch = 1;      // global: records of a step, all streams
  bool shuffle = true;    // false for validation and test: the records in order
  int window_chunks = 4;  // a stream's shuffle window
  // Of texts: the records of a step are of similar length (length_buckets.h).
  bool bucketing = false;
};

// The partition that holds the part's records: its own, or "train"; null when the index has none.
const Partition* partition_of(const Index& index, const PlanOptions& options);
// Whether there can be records in the part: it has a partition, or a share of "train".
bool has_part(const Index& index, const Split& split, Part part);
// Whether the record belongs to the part; `partition` is the one above.
bool is_member(const PlanOptions& options, const Partition& partition, int64_t identity);

// One run of records of a chunk; `records` are positions inside the chunk, ascending.
struct ChunkUse {
  int chunk = 0;  // into Partition::chunks
  std::vector<int32_t> records;
};

// Immutable and cheap to copy; const methods are thread-safe. It holds a few numbers a chunk, none
// a record: windows are computed when they are asked for.
class EpochPlan {
 public:
  EpochPlan();  // of nothing: no record, no step
  //   kInvalidArgument  an option outside its limits, no record in the part, fewer records than
  //                     streams
  static Result<EpochPlan> make(const Index& index, const PlanOptions& options, int64_t epoch);

  int64_t epoch() const;
  int64_t steps() const;    // of the epoch
  int64_t records() const;  // of the epoch, all streams
  int64_t records_of(int stream) const;
  // [begin, end) in the stream's sequence.
  std::pair<int64_t, int64_t> records_at(int stream, int64_t step) const;
  // The step whose records hold the position of the stream's sequence.
  int64_t step_at(int stream, int64_t position) const;
  int64_t batch_at(int64_t step) const;  // records of all streams: what sums are divided by

  // A piece of the stream's sequence: inside it, `order` permutes the records (window-relative
  // positions, the uses one after the other): the j-th record delivered is order[j].
  struct Window {
    int64_t first = 0;  // of its records, in the stream's sequence
    std::vector<ChunkUse> uses;
    std::vector<int32_t> order;
    int stream = 0;
    // Of the draws by which records of similar length come together, once their lengths are known;
    // nothing: `order` stays.
    std::optional<uint64_t> bucket_seed = {};
  };
  int window_count(int stream) const;
  Window window(int stream, int number) const;
  // The window that holds the position of the stream's sequence.
  int window_at(int stream, int64_t position) const;

  // SHA-256 of the whole plan, as it stands in the journal. Walks through every record.
  std::string digest() const;

 private:
  struct Layout;
  explicit EpochPlan(std::shared_ptr<const Layout> layout);
  std::shared_ptr<const Layout> layout_;
};

}  // namespace howdah::dataset
