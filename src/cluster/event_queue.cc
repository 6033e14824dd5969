#include "cluster/event_queue.h"

#include <algorithm>
#include <utility>

namespace howdah::cluster {

void EventQueue::push(ContainerEvent event) {
  const MutexLock lock(mutex_);
  events_.push_back(std::move(event));
  changed_.notify_all();
}

Result<ContainerEvent> EventQueue::next(Deadline deadline) {
  const MutexLock lock(mutex_);
  while (events_.empty() && !woken_ && !deadline.expired()) changed_.wait(mutex_, deadline);
  woken_ = false;
  if (events_.empty()) return Status(Code::kDeadlineExceeded, "no container event");
  ContainerEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

void EventQueue::wake() {
  const MutexLock lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

int EventQueue::undelivered_grants() const {
  const MutexLock lock(mutex_);
  return static_cast<int>(std::count_if(events_.begin(), events_.end(), [](const auto& event) {
    return std::holds_alternative<Granted>(event);
  }));
}

std::optional<std::string> EventQueue::take_back_grant() {
  const MutexLock lock(mutex_);
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if (const auto* granted = std::get_if<Granted>(&*event)) {
      std::string container = granted->container;
      events_.erase(std::next(event).base());
      return container;
    }
  }
  return std::nullopt;
}

}  // namespace howdah::cluster
