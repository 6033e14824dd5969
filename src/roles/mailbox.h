// Many threads post, one takes, in order, waiting until a deadline.
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "base/mutex.h"

namespace howdah::roles {

template <typename T>
class Mailbox {
 public:
  void post(T item) HOWDAH_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      items_.push_back(std::move(item));
    }
    arrived_.notify_one();
  }
  // Nothing at the deadline.
  std::optional<T> take(Deadline deadline) HOWDAH_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (items_.empty()) {
      if (deadline.expired()) return std::nullopt;
      arrived_.wait(mutex_, deadline);
    }
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

 private:
  Mutex mutex_;
  Condition arrived_;
  std::deque<T> items_ HOWDAH_GUARDED_BY(mutex_);
};

}  // namespace howdah::roles
