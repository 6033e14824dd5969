// How a thread that waits drives its group's event loop.
#pragma once

#include "comm/peer_group.h"

namespace howdah::comm {

// Until done(), the deadline, or the group's abort. One thread drives; others that wait watch.
template <typename Done>
Status PeerGroup::drive(Done done, Deadline deadline) {
  ++waiters_;
  while (!done() && aborted_.is_ok() && !deadline.expired()) {
    if (driven_) {
      changed_.wait(mutex_, deadline);
      continue;
    }
    driven_ = true;
    drive_alone(done, deadline);
    driven_ = false;
    if (waiters_ > 1) changed_.notify_all();
  }
  // What runs must leave the caller's buffers before the caller may touch them.
  while (!aborted_.is_ok() && working_ > 0) changed_.wait(mutex_, Deadline::never());
  --waiters_;
  if (!sums_.empty()) {
    if (parked_) background_.notify_one();
    wake();
  }
  if (done()) return Status::ok();
  if (!aborted_.is_ok()) return aborted_;
  return Status(Code::kDeadlineExceeded, "the other workers did not come in time");
}

template <typename Done>
void PeerGroup::drive_alone(Done done, Deadline deadline) {
  while (!done() && aborted_.is_ok() && !deadline.expired()) {
    const bool worked = work();
    if (worked && done()) return;
    poll(worked ? Deadline::at(Clock::time_point::min()) : deadline.earlier(next_tick()));
    tick();
  }
}

}  // namespace howdah::comm
