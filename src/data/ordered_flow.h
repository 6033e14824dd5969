// Work on a sequence of items by several threads, with the results delivered in the sequence's
// order: one thread reads ahead, some work, whoever has the next result delivers it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"

namespace howdah::data {

struct FlowLimits {
  int threads = 1;    // that work; one more reads
  size_t window = 4;  // items between the oldest undelivered and the newest read
  std::stop_token stop = {};
};

// `next` is called by one thread, and returns nothing at the end. `work` gets the number of its
// thread, below limits.threads. `deliver` is called by one thread at a time, in order. The error of
// the earliest item is returned; kCancelled after a stop.
template <typename In, typename Out>
class OrderedFlow {
 public:
  using Next = std::function<Result<std::optional<In>>()>;
  using Work = std::function<Result<Out>(In&&, int)>;
  using Deliver = std::function<Status(Out&&)>;

  static Status run(const FlowLimits& limits, Next next, Work work, Deliver deliver) {
    OrderedFlow flow(limits, std::move(next), std::move(work), std::move(deliver));
    {
      std::vector<std::jthread> threads;
      threads.emplace_back([&flow] { flow.read(); });
      for (int t = 0; t < limits.threads; ++t)
        threads.emplace_back([&flow, t] { flow.process(t); });
    }
    if (limits.stop.stop_requested())
      return Status(Code::kCancelled, "the preparation was stopped");
    return flow.error_;
  }

 private:
  OrderedFlow(const FlowLimits& limits, Next next, Work work, Deliver deliver)
      : limits_(limits),
        next_(std::move(next)),
        work_(std::move(work)),
        deliver_(std::move(deliver)) {}

  bool over() const { return failed_ || limits_.stop.stop_requested(); }

  void fail(size_t number, Status status) {  // with the lock
    if (!failed_ || number < failed_at_) {
      error_ = std::move(status);
      failed_at_ = number;
    }
    failed_ = true;
    changed_.notify_all();
  }

  void read() {
    const std::stop_callback wake(limits_.stop, [this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    for (size_t number = 0;; ++number) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return over() || number < delivered_ + limits_.window; });
        if (over()) break;
      }
      auto item = next_();
      const std::lock_guard lock(mutex_);
      if (!item) fail(number, item.status());
      if (!item || !item->has_value()) break;
      waiting_.emplace_back(number, std::move(**item));
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    read_all_ = true;
    changed_.notify_all();
  }

  void process(int thread) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return over() || !waiting_.empty() || read_all_; });
      if (over() || waiting_.empty()) return;
      auto [number, item] = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      auto result = work_(std::move(item), thread);
      lock.lock();
      if (!result) {
        fail(number, result.status());
        return;
      }
      ready_.emplace(number, std::move(*result));
      deliver_ready(lock);
    }
  }

  void deliver_ready(std::unique_lock<std::mutex>& lock) {
    if (delivering_) return;
    delivering_ = true;
    for (auto at = ready_.find(delivered_); at != ready_.end() && !over();
         at = ready_.find(delivered_)) {
      Out out = std::move(at->second);
      ready_.erase(at);
      lock.unlock();
      const Status status = deliver_(std::move(out));
      lock.lock();
      if (!status) fail(delivered_, status);
      ++delivered_;
      changed_.notify_all();
    }
    delivering_ = false;
  }

  const FlowLimits& limits_;
  const Next next_;
  const Work work_;
  const Deliver deliver_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<std::pair<size_t, In>> waiting_;
  std::map<size_t, Out> ready_;
  size_t delivered_ = 0, failed_at_ = 0;
  bool delivering_ = false, read_all_ = false, failed_ = false;
  Status error_;
};

}  // namespace howdah::data
