#include "train/checkpoint_writer.h"

#include "base/log.h"

namespace howdah::train {

CheckpointWriter::CheckpointWriter(std::shared_ptr<fs::FileSystem> files, std::string dir,
                                   const CheckpointOptions& options, Written written)
    : files_(std::move(files)),
      dir_(std::move(dir)),
      options_(options),
      written_(std::move(written)),
      thread_([this] { run(); }) {}

CheckpointWriter::~CheckpointWriter() {
  const MutexLock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

void CheckpointWriter::submit(std::shared_ptr<const Snapshot> snapshot) {
  const MutexLock lock(mutex_);
  if (waiting_ != nullptr)
    log::info("checkpoint of step {} is left out: the one before it is still being written",
              waiting_->state.step);
  waiting_ = std::move(snapshot);
  changed_.notify_all();
}

Status CheckpointWriter::drain(Deadline deadline) {
  const MutexLock lock(mutex_);
  while (waiting_ != nullptr || writing_) {
    if (!changed_.wait(mutex_, deadline) && (waiting_ != nullptr || writing_))
      return Status(Code::kDeadlineExceeded, "a checkpoint is still being written")
          .with_operation("write checkpoint")
          .with_peer(dir_);
  }
  return last_;
}

void CheckpointWriter::run() {
  for (;;) {
    std::shared_ptr<const Snapshot> snapshot;
    {
      const MutexLock lock(mutex_);
      while (waiting_ == nullptr && !stopping_) changed_.wait(mutex_, Deadline::never());
      if (stopping_) return;
      snapshot = std::move(waiting_);
      waiting_ = nullptr;
      writing_ = true;
    }
    const Deadline deadline = Deadline::after(options_.timeout);
    auto outcome = write_checkpoint(*files_, dir_, *snapshot, deadline);
    if (outcome.is_ok()) {
      const Status swept = sweep_checkpoints(*files_, dir_, options_.keep, deadline);
      if (!swept.is_ok()) log::warning("old checkpoints stay: {}", swept.to_string());
    } else {
      log::warning("{}", outcome.status().to_string());
    }
    if (written_) written_(outcome);
    snapshot.reset();
    const MutexLock lock(mutex_);
    last_ = outcome.status();
    writing_ = false;
    changed_.notify_all();
  }
}

}  // namespace howdah::train
