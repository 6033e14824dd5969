#include "hdfs/lease_renewer.h"

#include <vector>

#include "base/log.h"

namespace howdah::hdfs {
namespace {
constexpr std::chrono::seconds kInterval{20};
}

LeaseRenewer::~LeaseRenewer() {
  std::jthread thread;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    thread = std::move(thread_);
  }
  changed_.notify_all();
}

void LeaseRenewer::add(const std::string& holder) {
  MutexLock lock(mutex_);
  holders_.insert(holder);
  if (!thread_.joinable()) thread_ = std::jthread([this] { run(); });
}

void LeaseRenewer::remove(const std::string& holder) {
  MutexLock lock(mutex_);
  holders_.erase(holder);
}

void LeaseRenewer::run() {
  Deadline next = Deadline::after(kInterval);
  for (;;) {
    std::vector<std::string> holders;
    {
      MutexLock lock(mutex_);
      while (!stopping_ && !next.expired()) changed_.wait(mutex_, next);
      if (stopping_) return;
      holders.assign(holders_.begin(), holders_.end());
    }
    next = Deadline::after(kInterval);
    for (const std::string& holder : holders) {
      const Status renewed = namenode_.renew_lease(holder, next);
      if (renewed.code() == Code::kCancelled) return;
      if (!renewed.is_ok())
        log::warning("a file's lease could not be renewed: {}", renewed.to_string());
    }
  }
}

}  // namespace howdah::hdfs
