// Appends lines to a metrics file without ever holding up the caller: a thread of its own writes
// and flushes, at most once a second. A file system that stays away costs metrics, never the job:
// lines beyond the limit are dropped and counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "fs/file_systems.h"

namespace howdah::monitor {

class MetricsWriter {
 public:
  explicit MetricsWriter(fs::Location file);
  ~MetricsWriter();
  void write(std::string line) HOWDAH_EXCLUDES(mutex_);  // without its end of line
  // Writes out what waits and closes the file.
  void close(Deadline deadline);
  int64_t dropped() const { return dropped_; }

 private:
  void run(const std::stop_token& stop);
  Status write_out(const std::string& text);

  static constexpr size_t kLimitBytes = 4 << 20;
  const fs::Location file_;
  std::unique_ptr<fs::OutputFile> output_;  // the thread's own
  Mutex mutex_;
  Condition changed_;
  std::string waiting_ HOWDAH_GUARDED_BY(mutex_);
  std::atomic<int64_t> dropped_{0};
  std::jthread thread_;
};

}  // namespace howdah::monitor
