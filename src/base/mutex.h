// A mutex that clang's thread-safety analysis understands. Write it beside what it guards:
//   Mutex mutex_;
//   int count_ HOWDAH_GUARDED_BY(mutex_) = 0;
#pragma once

#include <condition_variable>
#include <mutex>

#include "base/deadline.h"

#if defined(__clang__)
#define HOWDAH_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define HOWDAH_THREAD_ANNOTATION(x)
#endif
#define HOWDAH_GUARDED_BY(x) HOWDAH_THREAD_ANNOTATION(guarded_by(x))
#define HOWDAH_REQUIRES(...) HOWDAH_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define HOWDAH_EXCLUDES(...) HOWDAH_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace howdah {

class HOWDAH_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() HOWDAH_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() HOWDAH_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

class HOWDAH_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) HOWDAH_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() HOWDAH_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class Condition {
 public:
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }
  // Waits until notified, or the deadline; false at the deadline. Call it in a loop over the
  // condition.
  bool wait(Mutex& mutex, Deadline deadline) HOWDAH_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool notified = deadline.is_never() ? (condition_.wait(lock), true)
                                              : condition_.wait_until(lock, deadline.when()) ==
                                                    std::cv_status::no_timeout;
    lock.release();
    return notified;
  }

 private:
  std::condition_variable condition_;
};

}  // namespace howdah
