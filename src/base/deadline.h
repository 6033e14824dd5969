// A point in time after which an operation gives up. Every call that can wait takes one.
#pragma once

#include <algorithm>
#include <chrono>

namespace howdah {

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  static Deadline after(Clock::duration duration) { return Deadline(Clock::now() + duration); }
  static Deadline at(Clock::time_point when) { return Deadline(when); }
  static Deadline never() { return Deadline(Clock::time_point::max()); }

  bool is_never() const { return when_ == Clock::time_point::max(); }
  bool expired() const { return !is_never() && Clock::now() >= when_; }
  Clock::time_point when() const { return when_; }

  // Never negative. An endless deadline has 24 hours left, so that it fits every system call.
  Clock::duration left() const {
    if (is_never()) return std::chrono::hours(24);
    return std::max(Clock::duration::zero(), when_ - Clock::now());
  }
  // For poll(2): rounded up, so that a wait never ends before the deadline.
  int poll_timeout_ms() const {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left()).count();
    return static_cast<int>(std::min<decltype(ms)>(ms, 86'400'000));
  }
  Deadline earlier(Deadline other) const { return when_ < other.when_ ? *this : other; }
  Deadline earlier(Clock::duration duration) const { return earlier(after(duration)); }

 private:
  explicit Deadline(Clock::time_point when) : when_(when) {}
  Clock::time_point when_;
};

}  // namespace howdah
