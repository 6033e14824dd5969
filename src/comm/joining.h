// One join() under way: it dials the members above us, takes in those below us, and ends when
// everybody has everybody.
#pragma once

#include <vector>

#include "base/mutex.h"
#include "comm/acceptor.h"
#include "comm/group.h"
#include "comm/peer_group.h"

namespace howdah::comm {

class Joining {
 public:
  Joining(const GroupPlan& plan, const JobKey& key, bool local, Acceptor& acceptor);

  // The links by rank; ours is empty.
  //   kDeadlineExceeded  a member did not come: peer() says which
  //   kAborted           a member is already in a later generation
  //   kCancelled         cancel()
  Result<std::vector<PeerLink>> run(Deadline deadline);
  // By any thread, at any time.
  void cancel();

 private:
  struct Dialed {
    net::Socket socket;
    bool local = false;
  };
  // Shut down by cancel() while it exists.
  class Watched;

  void dial_member(int rank, Deadline deadline);
  Result<Dialed> dial(const Claim& claim, const net::Address& address, Deadline deadline);
  Result<Dialed> dial_once(const Claim& claim, const net::Address& address, Deadline deadline);
  Status accept_members(Deadline deadline);
  Status adopt(Arrival arrival);
  Status meet(Deadline deadline);
  void fail(const Status& why);
  Status failure();
  std::string name_of(int rank) const;
  net::Socket& socket_of(int rank, Plane plane);

  const GroupPlan& plan_;
  const JobKey& key_;
  const bool local_;
  Acceptor& acceptor_;
  std::vector<PeerLink> links_;

  Mutex mutex_;
  Condition cancelled_changed_;
  Status failure_ HOWDAH_GUARDED_BY(mutex_);
  std::vector<net::Socket*> watched_ HOWDAH_GUARDED_BY(mutex_);
};

}  // namespace howdah::comm
