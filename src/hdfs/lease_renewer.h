// Renews the leases of files that are being written, every 20 s: after 60 s without renewal another
// writer may take the file. Hadoop: LeaseRenewer. Each open file has a holder of its own, so that
// an abandoned file's lease runs out although others are still written.
//
// Thread-safe. The thread runs from the first file on.
#pragma once

#include <set>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "hdfs/namenode_client.h"

namespace howdah::hdfs {

class LeaseRenewer {
 public:
  // The NameNode's client must outlive it.
  explicit LeaseRenewer(NamenodeClient& namenode) : namenode_(namenode) {}
  ~LeaseRenewer();

  void add(const std::string& holder);
  void remove(const std::string& holder);

 private:
  void run();

  NamenodeClient& namenode_;
  Mutex mutex_;
  Condition changed_;
  std::set<std::string> holders_ HOWDAH_GUARDED_BY(mutex_);
  bool stopping_ HOWDAH_GUARDED_BY(mutex_) = false;
  std::jthread thread_ HOWDAH_GUARDED_BY(mutex_);
};

}  // namespace howdah::hdfs
