// Delivers a stream's records, step by step, reading ahead in the background.
//
// One consumer thread. A jthread of its own reads whole shuffle windows ahead of the consumer. It
// holds those that the present step needs, and others as far as `prefetch_bytes` goes,
// kMostWindowsAhead at most: of small data that would be thousands of epochs.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "dataset/plan.h"
#include "dataset/range_cache.h"

namespace howdah::dataset {

struct RecordBatch {
  int64_t records = 0;
  std::vector<std::byte> features;  // [records, shape...], element type of the index
  std::vector<int32_t> labels;      // [records, target width]: of a class, or tokens
  std::vector<float> values;        // [records, target width]: of values
  std::vector<int64_t> identities;  // [records]
};

struct ReaderOptions {
  int64_t prefetch_bytes = 32 << 20;
  std::chrono::milliseconds read_timeout{60'000};  // of one chunk
  std::shared_ptr<RangeCache> cache = {};          // of all readers of this worker; or none
};

class StreamReader {
 public:
  static constexpr int64_t kMostWindowsAhead = 64;

  // Starts at (epoch, step) of the plan's part; `step` may be the epoch's end. `folder` is the
  // indexed dataset. No file is read yet.
  //   kInvalidArgument  as EpochPlan::make; no such stream or step
  static Result<std::unique_ptr<StreamReader>> open(const Index& index, fs::Location folder,
                                                    const PlanOptions& plan, int stream,
                                                    int64_t epoch, int64_t step,
                                                    const ReaderOptions& options);
  static Result<std::unique_ptr<StreamReader>> open(const Index& index, const std::string& folder,
                                                    fs::FileSystems& files, const PlanOptions& plan,
                                                    int stream, int64_t epoch, int64_t step,
                                                    const ReaderOptions& options) {
    return open(index, HOWDAH_TRY(files.resolve(folder)), plan, stream, epoch, step, options);
  }
  // Waits for the read under way: read_timeout at most.
  ~StreamReader();

  // The records of the present step; then moves to the next one, over the epoch's end to the next
  // epoch (validation and test end: kNotFound "end of the part").
  // After an error the position is as it was, and the next call tries the same step again.
  //   kCorrupt           a label outside the classes, a file of another length than the index says
  //   kDeadlineExceeded  the data did not come in time
  //   and the errors of FileSystem, with the file as peer
  Status next(RecordBatch& batch, Deadline deadline);

  // How long next() has waited for data, in all; bytes read from a block on this host, and from
  // others.
  std::chrono::nanoseconds waited() const;
  int64_t local_bytes() const;
  int64_t remote_bytes() const;

 private:
  class Impl;
  explicit StreamReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace howdah::dataset
