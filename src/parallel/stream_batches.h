// The records of the streams that this worker carries, step by step.
//
// A thread of its own takes them from the readers and prepares them for the network while the
// trainer computes: what the trainer waits for first, then up to two micro-batches ahead. A step
// that broke is computed again: its records stay until the step is committed, so that they are read
// once.
//
// One consumer thread.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <thread>

#include "base/mutex.h"
#include "dataset/stream_reader.h"
#include "train/network.h"

namespace howdah::parallel {

class StreamBatches {
 public:
  // What a stream's records at a step become for the network; called by the thread. Together with
  // the step they decide what comes out of it.
  using Prepare = std::function<Result<std::shared_ptr<const train::PreparedBatch>>(
      const dataset::RecordBatch& records, int stream, int64_t step)>;

  // index: outlives it. prepare: may be empty; what it calls outlives it.
  StreamBatches(const dataset::Index& index, fs::Location folder, const dataset::PlanOptions& plan,
                const dataset::ReaderOptions& options, int64_t steps_per_epoch,
                Prepare prepare = {});
  // Waits for what the thread is at: a micro-batch to be prepared.
  ~StreamBatches();

  // Carries the streams [begin, end) from this step on. Streams that stay where they are keep what
  // they have read ahead.
  Status carry(int begin, int end, int64_t step);

  struct Batch {
    dataset::RecordBatch records;
    std::shared_ptr<const train::PreparedBatch> prepared;  // null: without Prepare, or no record
  };
  // Of the stream at the present step; valid until commit() or carry().
  //   kAborted           `interrupted` became true while it waited for data
  //   kDeadlineExceeded  the data did not come in time
  //   and the errors of StreamReader::next, and of Prepare
  Result<const Batch*> batch(int stream, const std::atomic<bool>& interrupted, Deadline deadline);
  // The present step is done: the next one follows.
  void commit();

  struct InputBytes {
    int64_t local = 0, remote = 0;  // read
    int64_t cached = 0;             // of all readers that share the cache: found there
  };
  InputBytes input_bytes() const;

 private:
  struct Ready {
    int64_t step = 0;
    Batch batch;
    Status prepared;
    bool taken = false;  // by the consumer, at least once
  };
  struct Slot {
    int stream = 0;
    std::unique_ptr<dataset::StreamReader> reader;  // of the thread, while it is busy
    int64_t next_step = 0;                          // that the reader delivers
    std::deque<Ready> ready;                        // steps after each other, up to next_step
    Status failed;                                  // until the consumer took note of it

    Ready* find(int64_t step);
  };

  Status change_slots(int begin, int end, int64_t step) HOWDAH_REQUIRES(mutex_);
  void work();
  Slot* next_due();  // waits; null: the end. Then the thread is busy
  Slot* due() HOWDAH_REQUIRES(mutex_);
  void hand_over(Slot& slot, const Status& read, Ready ready);

  const dataset::Index& index_;
  const fs::Location folder_;
  const dataset::PlanOptions plan_;
  const dataset::ReaderOptions options_;
  const int64_t steps_per_epoch_;
  const Prepare prepare_;

  mutable Mutex mutex_;
  Condition changed_;
  int64_t step_ HOWDAH_GUARDED_BY(mutex_) = 0;
  std::map<int, Slot> slots_ HOWDAH_GUARDED_BY(mutex_);
  InputBytes closed_ HOWDAH_GUARDED_BY(mutex_);          // by readers that are gone
  std::optional<int> wanted_ HOWDAH_GUARDED_BY(mutex_);  // the stream that the consumer waits for
  bool busy_ HOWDAH_GUARDED_BY(mutex_) = false;
  bool paused_ HOWDAH_GUARDED_BY(mutex_) = false;
  bool stopping_ HOWDAH_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // the last member
};

}  // namespace howdah::parallel
