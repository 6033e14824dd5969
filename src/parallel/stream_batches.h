// The records of the streams that this worker carries, step by step.
//
// A step that broke is computed again: its records stay until the step is committed, so that they
// are read once. One thread.
#pragma once

#include <atomic>
#include <map>
#include <memory>

#include "dataset/stream_reader.h"

namespace howdah::parallel {

class StreamBatches {
 public:
  // index: outlives it.
  StreamBatches(const dataset::Index& index, fs::Location folder, const dataset::PlanOptions& plan,
                const dataset::ReaderOptions& options, int64_t steps_per_epoch);

  // Carries the streams [begin, end) from this step on. Streams that stay where they are keep what
  // they have read ahead.
  Status carry(int begin, int end, int64_t step);

  // The records of the stream at the present step; valid until commit() or carry().
  //   kAborted  `interrupted` became true while it waited for data
  //   and the errors of StreamReader::next
  Result<const dataset::RecordBatch*> batch(int stream, const std::atomic<bool>& interrupted,
                                            Deadline deadline);
  // The present step is done: the next one follows.
  void commit();

  struct InputBytes {
    int64_t local = 0, remote = 0;  // read
    int64_t cached = 0;             // of all readers that share the cache: found there
  };
  InputBytes input_bytes() const;

 private:
  struct Slot {
    std::unique_ptr<dataset::StreamReader> reader;
    int64_t next_step = 0;  // that the reader delivers
    dataset::RecordBatch batch;
    int64_t batch_step = -1;
  };

  const dataset::Index& index_;
  const fs::Location folder_;
  const dataset::PlanOptions plan_;
  const dataset::ReaderOptions options_;
  const int64_t steps_per_epoch_;
  int64_t step_ = 0;
  std::map<int, Slot> slots_;
  InputBytes closed_;  // by readers that are gone
};

}  // namespace howdah::parallel
