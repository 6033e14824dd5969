#include "parallel/stream_batches.h"

namespace howdah::parallel {
namespace {

// How soon a wait for data notices that its generation is over.
constexpr std::chrono::milliseconds kLook{50};

}  // namespace

StreamBatches::StreamBatches(const dataset::Index& index, fs::Location folder,
                             const dataset::PlanOptions& plan,
                             const dataset::ReaderOptions& options, int64_t steps_per_epoch)
    : index_(index),
      folder_(std::move(folder)),
      plan_(plan),
      options_(options),
      steps_per_epoch_(steps_per_epoch) {}

Status StreamBatches::carry(int begin, int end, int64_t step) {
  step_ = step;
  for (auto slot = slots_.begin(); slot != slots_.end();) {
    const bool stays = slot->first >= begin && slot->first < end &&
                       (slot->second.batch_step == step || slot->second.next_step == step);
    if (stays) {
      ++slot;
      continue;
    }
    closed_.local += slot->second.reader->local_bytes();
    closed_.remote += slot->second.reader->remote_bytes();
    slot = slots_.erase(slot);
  }
  for (int stream = begin; stream < end; ++stream) {
    if (slots_.contains(stream)) continue;
    Slot slot;
    slot.next_step = step;
    slot.reader = HOWDAH_TRY(dataset::StreamReader::open(index_, folder_, plan_, stream,
                                                         step / steps_per_epoch_,
                                                         step % steps_per_epoch_, options_));
    slots_.emplace(stream, std::move(slot));
  }
  return Status::ok();
}

Result<const dataset::RecordBatch*> StreamBatches::batch(int stream,
                                                         const std::atomic<bool>& interrupted,
                                                         Deadline deadline) {
  Slot& slot = slots_.at(stream);
  while (slot.batch_step != step_) {
    if (interrupted) return Status(Code::kAborted, "the generation ended");
    const Status read = slot.reader->next(slot.batch, deadline.earlier(kLook));
    if (read.is_ok()) {
      slot.batch_step = slot.next_step++;
    } else if (read.code() != Code::kDeadlineExceeded || deadline.expired()) {
      return read.with_operation("read records");
    }
  }
  return &slot.batch;
}

void StreamBatches::commit() {
  ++step_;
}

StreamBatches::InputBytes StreamBatches::input_bytes() const {
  InputBytes bytes = closed_;
  for (const auto& [stream, slot] : slots_) {
    bytes.local += slot.reader->local_bytes();
    bytes.remote += slot.reader->remote_bytes();
  }
  if (options_.cache) bytes.cached = options_.cache->found_bytes();
  return bytes;
}

}  // namespace howdah::parallel
