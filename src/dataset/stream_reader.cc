#include "dataset/stream_reader.h"

#include <fmt/core.h>

#include <cstring>
#include <deque>
#include <thread>

#include "base/mutex.h"
#include "dataset/window_loader.h"

namespace howdah::dataset {

// The loading thread appends windows at the back, the consumer takes them off the front. A window
// has a serial number from the reader's start on; those up to `wanted_` are what the present step
// needs, and are loaded whatever they take.
class StreamReader::Impl {
 public:
  Impl(const Index& index, fs::Location folder, const PlanOptions& options, int stream,
       EpochPlan plan, int64_t step, const ReaderOptions& reader)
      : index_(index),
        partition_(*partition_of(index_, options)),
        options_(options),
        stream_(stream),
        reader_(reader),
        loader_(index_, partition_, std::move(folder), OwnHost::detect(), read_, reader.cache),
        plan_(std::move(plan)),
        step_(step) {
    thread_ = std::jthread([this, plan = plan_, step] { load_ahead(plan, step); });
  }

  ~Impl() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
  }

  Status next(RecordBatch& batch, Deadline deadline);

  std::chrono::nanoseconds waited() const { return std::chrono::nanoseconds(waited_ns_.load()); }
  const BytesRead& read() const { return read_; }

 private:
  void load_ahead(EpochPlan plan, int64_t step);
  bool may_load(int64_t serial, int64_t bytes) HOWDAH_EXCLUDES(mutex_);
  bool append(Result<LoadedWindow> loaded) HOWDAH_EXCLUDES(mutex_);
  Result<const LoadedWindow*> window(int64_t serial, Deadline deadline) HOWDAH_REQUIRES(mutex_);
  void drop_before(int64_t position) HOWDAH_REQUIRES(mutex_);
  void copy(const LoadedWindow& window, int64_t begin, int64_t end, RecordBatch& batch) const;

  const Index index_;
  const Partition& partition_;
  const PlanOptions options_;
  const int stream_;
  const ReaderOptions reader_;
  BytesRead read_;
  WindowLoader loader_;  // the loading thread's
  std::atomic<int64_t> waited_ns_{0};

  EpochPlan plan_;  // the consumer's epoch
  int64_t step_;

  Mutex mutex_;
  Condition changed_;
  std::deque<LoadedWindow> windows_ HOWDAH_GUARDED_BY(mutex_);
  int64_t front_ HOWDAH_GUARDED_BY(mutex_) = 0;   // serial number of windows_.front()
  int64_t wanted_ HOWDAH_GUARDED_BY(mutex_) = 0;  // serial number
  bool stopping_ HOWDAH_GUARDED_BY(mutex_) = false;
  Status failed_ HOWDAH_GUARDED_BY(mutex_);  // of the window after the last one

  std::jthread thread_;  // last: it ends before what it uses
};

void StreamReader::Impl::load_ahead(EpochPlan plan, int64_t step) {
  const auto record_bytes = index_.record_bytes();
  int64_t serial = 0;
  int number = 0;
  if (step < plan.steps()) {
    number = plan.window_at(stream_, plan.records_at(stream_, step).first);
  } else {
    number = plan.window_count(stream_);
  }
  while (true) {
    if (number == plan.window_count(stream_)) {
      if (options_.part != Part::kTrain) return;
      auto following = EpochPlan::make(index_, options_, plan.epoch() + 1);
      if (!following.is_ok()) {
        append(following.status());
        return;
      }
      plan = std::move(*following);
      number = 0;
    }
    const EpochPlan::Window window = plan.window(stream_, number);
    const auto bytes = static_cast<int64_t>(window.order.size()) * record_bytes;
    while (true) {
      if (!may_load(serial, bytes)) return;
      auto loaded = loader_.load(plan, window, reader_.read_timeout);
      const bool done = loaded.is_ok();
      if (!append(std::move(loaded))) return;
      if (done) break;
    }
    ++serial;
    ++number;
  }
}

// Waits until the window fits; false: the reader ends.
bool StreamReader::Impl::may_load(int64_t serial, int64_t bytes) {
  MutexLock lock(mutex_);
  while (!stopping_ && serial > wanted_) {
    int64_t ahead = bytes;
    for (size_t i = 0; i < windows_.size(); ++i) {
      if (front_ + static_cast<int64_t>(i) > wanted_) {
        ahead += static_cast<int64_t>(windows_[i].records.size());
      }
    }
    if (ahead <= reader_.prefetch_bytes && serial - wanted_ <= kMostWindowsAhead) break;
    changed_.wait(mutex_, Deadline::never());
  }
  return !stopping_;
}

// Hands the window over; after an error waits until the consumer has taken note of it. False: the
// reader ends.
bool StreamReader::Impl::append(Result<LoadedWindow> loaded) {
  MutexLock lock(mutex_);
  if (loaded.is_ok()) {
    windows_.push_back(std::move(*loaded));
  } else {
    failed_ = loaded.status();
  }
  changed_.notify_all();
  while (!stopping_ && !failed_.is_ok()) changed_.wait(mutex_, Deadline::never());
  return !stopping_;
}

Result<const LoadedWindow*> StreamReader::Impl::window(int64_t serial, Deadline deadline) {
  if (serial > wanted_) {
    wanted_ = serial;
    changed_.notify_all();
  }
  const auto at = static_cast<size_t>(serial - front_);
  if (at >= windows_.size()) {
    const auto started = std::chrono::steady_clock::now();
    bool in_time = true;
    while (at >= windows_.size() && failed_.is_ok() && in_time) {
      in_time = changed_.wait(mutex_, deadline);
    }
    waited_ns_ += (std::chrono::steady_clock::now() - started).count();
  }
  if (at < windows_.size()) return &windows_[at];
  if (failed_.is_ok()) {
    return Status(Code::kDeadlineExceeded,
                  fmt::format("no data for step {} of epoch {} in time", step_, plan_.epoch()))
        .with_operation("read ahead")
        .with_peer(fmt::format("stream {}", stream_));
  }
  // The loading thread tries again from here on.
  const Status failed = std::exchange(failed_, Status::ok());
  changed_.notify_all();
  return failed;
}

// The stream's sequence has been delivered up to `position`.
void StreamReader::Impl::drop_before(int64_t position) {
  while (!windows_.empty() && windows_.front().end() <= position) {
    // Positions start anew with an epoch: a window of the next one ends the search.
    const bool last = windows_.front().end() == plan_.records_of(stream_);
    windows_.pop_front();
    ++front_;
    if (last) break;
  }
  wanted_ = std::max(wanted_, front_);
  changed_.notify_all();
}

void StreamReader::Impl::copy(const LoadedWindow& window, int64_t begin, int64_t end,
                              RecordBatch& batch) const {
  const auto record_bytes = static_cast<size_t>(index_.record_bytes());
  const auto feature_bytes = static_cast<size_t>(index_.feature_bytes());
  const auto target_bytes = static_cast<size_t>(index_.target_bytes());
  std::byte* targets = index_.target.kind == TargetKind::kValues
                           ? reinterpret_cast<std::byte*>(batch.values.data())
                           : reinterpret_cast<std::byte*>(batch.labels.data());
  for (int64_t position = std::max(begin, window.first); position < std::min(end, window.end());
       ++position) {
    const auto from =
        static_cast<size_t>(window.order[static_cast<size_t>(position - window.first)]);
    const auto to = static_cast<size_t>(position - begin);
    const std::byte* record = window.records.data() + from * record_bytes;
    std::memcpy(batch.features.data() + to * feature_bytes, record, feature_bytes);
    if (target_bytes > 0)
      std::memcpy(targets + to * target_bytes, record + feature_bytes, target_bytes);
    batch.identities[to] = window.identities[from];
  }
}

Status StreamReader::Impl::next(RecordBatch& batch, Deadline deadline) {
  MutexLock lock(mutex_);
  if (step_ == plan_.steps()) {
    if (options_.part != Part::kTrain) return Status(Code::kNotFound, "end of the part");
    const LoadedWindow* first = HOWDAH_TRY(window(front_, deadline));
    plan_ = first->plan;
    step_ = 0;
  }
  const auto [begin, end] = plan_.records_at(stream_, step_);
  std::vector<const LoadedWindow*> windows;
  // A stream may have nothing to do in a step.
  while (begin < end && (windows.empty() || windows.back()->end() < end)) {
    windows.push_back(HOWDAH_TRY(window(front_ + static_cast<int64_t>(windows.size()), deadline)));
  }
  batch.records = end - begin;
  batch.features.resize(static_cast<size_t>(batch.records * index_.feature_bytes()));
  const auto targets = static_cast<size_t>(batch.records * index_.target_bytes() / 4);
  const bool values = index_.target.kind == TargetKind::kValues;
  batch.labels.resize(values ? 0 : targets);
  batch.values.resize(values ? targets : 0);
  batch.identities.resize(static_cast<size_t>(batch.records));
  // Under the lock, which the loading thread takes once a window.
  for (const LoadedWindow* window : windows) copy(*window, begin, end, batch);
  ++step_;
  if (begin < end) drop_before(end);
  return Status::ok();
}

Result<std::unique_ptr<StreamReader>> StreamReader::open(const Index& index, fs::Location folder,
                                                         const PlanOptions& plan, int stream,
                                                         int64_t epoch, int64_t step,
                                                         const ReaderOptions& options) {
  HOWDAH_TRY(index.check());
  auto first = HOWDAH_TRY(EpochPlan::make(index, plan, epoch));
  if (stream < 0 || stream >= plan.streams || step < 0 || step > first.steps()) {
    return Status(Code::kInvalidArgument, fmt::format("stream {} of {} at step {} of {}", stream,
                                                      plan.streams, step, first.steps()))
        .with_operation("open a stream");
  }
  return std::unique_ptr<StreamReader>(new StreamReader(std::make_unique<Impl>(
      index, std::move(folder), plan, stream, std::move(first), step, options)));
}

StreamReader::StreamReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StreamReader::~StreamReader() = default;

Status StreamReader::next(RecordBatch& batch, Deadline deadline) {
  return impl_->next(batch, deadline);
}
std::chrono::nanoseconds StreamReader::waited() const {
  return impl_->waited();
}
int64_t StreamReader::local_bytes() const {
  return impl_->read().local;
}
int64_t StreamReader::remote_bytes() const {
  return impl_->read().remote;
}

}  // namespace howdah::dataset
