// Writes checkpoints in the background, so that a step waits for the copy alone.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "base/mutex.h"
#include "train/checkpoint.h"

namespace howdah::train {

struct CheckpointOptions {
  int keep = 3;
  std::chrono::milliseconds timeout{600'000};  // of writing one
};

class CheckpointWriter {
 public:
  // Told of each checkpoint, from the writer's thread.
  using Written = std::function<void(const Result<WrittenCheckpoint>&)>;

  CheckpointWriter(std::shared_ptr<fs::FileSystem> files, std::string dir,
                   const CheckpointOptions& options, Written written);
  // Finishes the one being written; one that still waits is not written.
  ~CheckpointWriter();

  // Returns at once. One waits while one is being written: a newer snapshot takes its place.
  void submit(std::shared_ptr<const Snapshot> snapshot);
  // Until everything submitted is written: the outcome of the last one.
  //   kDeadlineExceeded  it is still being written
  Status drain(Deadline deadline);

 private:
  void run();

  const std::shared_ptr<fs::FileSystem> files_;
  const std::string dir_;
  const CheckpointOptions options_;
  const Written written_;

  Mutex mutex_;
  Condition changed_;
  std::shared_ptr<const Snapshot> waiting_ HOWDAH_GUARDED_BY(mutex_);
  bool writing_ HOWDAH_GUARDED_BY(mutex_) = false;
  bool stopping_ HOWDAH_GUARDED_BY(mutex_) = false;
  Status last_ HOWDAH_GUARDED_BY(mutex_);
  std::jthread thread_;  // the last member: it ends before what it uses
};

}  // namespace howdah::train
