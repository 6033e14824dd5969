// Ctrl-C, SIGTERM and a closed terminal as a request to stop instead of a sudden death: as long as
// an object of it lives, these signals are its.
#pragma once

#include <csignal>
#include <functional>
#include <thread>

namespace howdah::cli {

class InterruptWatch {
 public:
  // `interrupted` is called in a thread of its own, at each signal.
  explicit InterruptWatch(std::function<void()> interrupted);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  sigset_t signals_{}, former_{};
  std::jthread thread_;
};

}  // namespace howdah::cli
