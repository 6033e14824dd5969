// Waiting between two looks at something that cannot tell by itself that it changed (a remote state
// without notification). Ends early when stop is requested.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace howdah {

inline void pause(std::chrono::milliseconds time, const std::stop_token& stop = {}) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace howdah
