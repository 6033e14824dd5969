#include "parallel/stream_batches.h"

#include <fmt/format.h>

#include <utility>

namespace howdah::parallel {
namespace {

// How soon a wait for data notices that its generation is over.
constexpr std::chrono::milliseconds kLook{50};
// Micro-batches that nobody has asked for yet.
constexpr int kAhead = 2;

}  // namespace

StreamBatches::StreamBatches(const dataset::Index& index, fs::Location folder,
                             const dataset::PlanOptions& plan,
                             const dataset::ReaderOptions& options, int64_t steps_per_epoch,
                             Prepare prepare)
    : index_(index),
      folder_(std::move(folder)),
      plan_(plan),
      options_(options),
      steps_per_epoch_(steps_per_epoch),
      prepare_(std::move(prepare)) {}

StreamBatches::~StreamBatches() {
  const MutexLock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

StreamBatches::Ready* StreamBatches::Slot::find(int64_t step) {
  const auto at = step - (next_step - static_cast<int64_t>(ready.size()));
  return at < 0 || step >= next_step ? nullptr : &ready[static_cast<size_t>(at)];
}

// ---- the consumer ----

Status StreamBatches::carry(int begin, int end, int64_t step) {
  const MutexLock lock(mutex_);
  paused_ = true;
  while (busy_) changed_.wait(mutex_, Deadline::never());
  const Status changed = change_slots(begin, end, step);
  paused_ = false;
  if (!thread_.joinable()) thread_ = std::jthread([this] { work(); });
  changed_.notify_all();
  return changed;
}

Status StreamBatches::change_slots(int begin, int end, int64_t step) {
  step_ = step;
  for (auto at = slots_.begin(); at != slots_.end();) {
    Slot& slot = at->second;
    const bool stays = at->first >= begin && at->first < end &&
                       (slot.find(step) != nullptr || slot.next_step == step);
    if (stays) {
      while (!slot.ready.empty() && slot.find(step - 1) != nullptr) slot.ready.pop_front();
      slot.failed = Status::ok();
      ++at;
      continue;
    }
    closed_.local += slot.reader->local_bytes();
    closed_.remote += slot.reader->remote_bytes();
    at = slots_.erase(at);
  }
  for (int stream = begin; stream < end; ++stream) {
    if (slots_.contains(stream)) continue;
    Slot slot;
    slot.stream = stream;
    slot.next_step = step;
    slot.reader = HOWDAH_TRY(dataset::StreamReader::open(index_, folder_, plan_, stream,
                                                         step / steps_per_epoch_,
                                                         step % steps_per_epoch_, options_));
    slots_.emplace(stream, std::move(slot));
  }
  return Status::ok();
}

Result<const StreamBatches::Batch*> StreamBatches::batch(int stream,
                                                         const std::atomic<bool>& interrupted,
                                                         Deadline deadline) {
  const MutexLock lock(mutex_);
  Slot& slot = slots_.at(stream);
  Ready* found = nullptr;
  while ((found = slot.find(step_)) == nullptr) {
    if (!wanted_) {
      wanted_ = stream;
      changed_.notify_all();
    }
    Status failed = std::exchange(slot.failed, Status::ok());
    if (failed.is_ok() && interrupted) failed = Status(Code::kAborted, "the generation ended");
    if (failed.is_ok() && deadline.expired())
      failed = Status(Code::kDeadlineExceeded, fmt::format("no data for step {} in time", step_))
                   .with_peer(fmt::format("stream {}", stream));
    if (!failed.is_ok()) {
      wanted_.reset();
      return failed.with_operation("read records");
    }
    changed_.wait(mutex_, deadline.earlier(kLook));
  }
  wanted_.reset();
  found->taken = true;
  changed_.notify_all();
  if (!found->prepared.is_ok()) return found->prepared;
  return &found->batch;
}

void StreamBatches::commit() {
  const MutexLock lock(mutex_);
  ++step_;
  for (auto& [_, slot] : slots_)
    while (!slot.ready.empty() && slot.ready.front().step < step_) slot.ready.pop_front();
  changed_.notify_all();
}

StreamBatches::InputBytes StreamBatches::input_bytes() const {
  const MutexLock lock(mutex_);
  InputBytes bytes = closed_;
  for (const auto& [_, slot] : slots_) {
    bytes.local += slot.reader->local_bytes();
    bytes.remote += slot.reader->remote_bytes();
  }
  if (options_.cache) bytes.cached = options_.cache->found_bytes();
  return bytes;
}

// ---- the thread ----

void StreamBatches::work() {
  while (Slot* slot = next_due()) {
    Ready ready;
    ready.step = slot->next_step;
    // Short, so that carry() need not wait for a reader that has nothing.
    const Status read = slot->reader->next(ready.batch.records, Deadline::after(kLook));
    if (read.is_ok() && prepare_ && ready.batch.records.records > 0) {
      auto prepared = prepare_(ready.batch.records, slot->stream, ready.step);
      if (prepared.is_ok())
        ready.batch.prepared = std::move(*prepared);
      else
        ready.prepared = prepared.status();
    }
    hand_over(*slot, read, std::move(ready));
  }
}

StreamBatches::Slot* StreamBatches::next_due() {
  const MutexLock lock(mutex_);
  while (!stopping_) {
    Slot* slot = paused_ ? nullptr : due();
    if (slot != nullptr) {
      busy_ = true;
      return slot;
    }
    changed_.wait(mutex_, Deadline::never());
  }
  return nullptr;
}

// What the consumer waits for; else what it will ask for first, as far ahead as is allowed.
StreamBatches::Slot* StreamBatches::due() {
  if (wanted_) {
    Slot& slot = slots_.at(*wanted_);
    if (slot.failed.is_ok() && slot.next_step <= step_) return &slot;
  }
  int ahead = 0;
  Slot* first = nullptr;
  for (auto& [_, slot] : slots_) {
    for (const Ready& ready : slot.ready) ahead += ready.taken ? 0 : 1;
    if (slot.failed.is_ok() && (first == nullptr || slot.next_step < first->next_step))
      first = &slot;
  }
  return ahead < kAhead ? first : nullptr;
}

void StreamBatches::hand_over(Slot& slot, const Status& read, Ready ready) {
  const MutexLock lock(mutex_);
  busy_ = false;
  if (read.is_ok()) {
    slot.ready.push_back(std::move(ready));
    ++slot.next_step;
  } else if (read.code() != Code::kDeadlineExceeded) {
    slot.failed = read;
  }
  changed_.notify_all();
}

}  // namespace howdah::parallel
