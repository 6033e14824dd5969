// What happened to a source's containers, from the source's threads to the one that calls next().
//
// Thread-safe.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "cluster/container_source.h"

namespace howdah::cluster {

class EventQueue {
 public:
  void push(ContainerEvent event) HOWDAH_EXCLUDES(mutex_);
  // As ContainerSource::next.
  Result<ContainerEvent> next(Deadline deadline) HOWDAH_EXCLUDES(mutex_);
  // Ends a waiting next(), or the wait of the next one.
  void wake() HOWDAH_EXCLUDES(mutex_);
  // Grants that next() has not delivered: they count against an ask, whose caller cannot know them.
  int undelivered_grants() const HOWDAH_EXCLUDES(mutex_);
  // Takes the newest of those back; the container's name.
  std::optional<std::string> take_back_grant() HOWDAH_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  Condition changed_;
  std::deque<ContainerEvent> events_ HOWDAH_GUARDED_BY(mutex_);
  bool woken_ HOWDAH_GUARDED_BY(mutex_) = false;
};

}  // namespace howdah::cluster
