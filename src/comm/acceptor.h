// Takes in the connections of an Endpoint: proves who dials, and keeps each proven connection until
// the generation that it belongs to is joined here.
//
// One thread serves all; a peer that is slow, silent or a stranger delays nobody. Thread-safe.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <thread>

#include "base/mutex.h"
#include "comm/handshake.h"
#include "net/socket.h"

namespace howdah::comm {

// A proven connection whose dialer waits for the verdict.
struct Arrival {
  net::Socket socket;
  bool local = false;  // over the Unix domain socket
  Introduction introduction;
  Nonce nonce{};  // ours
};

class Acceptor {
 public:
  static Result<std::unique_ptr<Acceptor>> open(const std::string& bind_host, const JobKey& key,
                                                bool local);
  ~Acceptor();

  const net::Address& address() const { return listener_.address(); }

  // From now on, connections of earlier generations are stale.
  void expect(uint64_t generation);
  // The next one of this generation; kCancelled after interrupt().
  Result<Arrival> next(uint64_t generation, Deadline deadline);
  void interrupt();

 private:
  // A connection that has not yet said who it is.
  struct Stranger {
    net::Socket socket;
    bool local = false;
    Nonce nonce{};
    std::array<std::byte, kIntroductionBytes> received{};
    size_t count = 0;
    Deadline deadline = Deadline::never();
  };

  explicit Acceptor(const JobKey& key) : key_(key) {}
  Status listen_locally();
  void run();
  void greet(net::Socket socket, bool local);
  // False: it is done with, one way or the other.
  bool listen_to(Stranger& stranger);
  void settle(Arrival arrival);
  void accept_local();
  void warn(const Stranger& stranger, const Status& why);
  void wake();

  const JobKey key_;
  net::Listener listener_;
  net::FileDescriptor local_listener_, wake_;
  std::string local_name_;
  std::list<Stranger> strangers_;  // the thread's
  size_t refused_ = 0;             // the thread's
  Deadline next_warning_ = Deadline::after({});

  Mutex mutex_;
  Condition arrived_;
  std::deque<Arrival> waiting_ HOWDAH_GUARDED_BY(mutex_);
  uint64_t oldest_generation_ HOWDAH_GUARDED_BY(mutex_) = 0;
  bool interrupted_ HOWDAH_GUARDED_BY(mutex_) = false;
  bool stopping_ HOWDAH_GUARDED_BY(mutex_) = false;
  std::jthread thread_;
};

}  // namespace howdah::comm
