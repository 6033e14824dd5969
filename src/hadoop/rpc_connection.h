// One connection to one Hadoop daemon, shared by any number of waiting calls.
//
// A thread of its own connects, shakes hands and hands each reply to the call that waits for it.
// Callers write their own requests, one at a time. Once broken it stays broken. Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "hadoop/rpc_frame.h"
#include "hadoop/rpc_handshake.h"
#include "net/address.h"

namespace howdah::hadoop {

struct ConnectionOptions {
  net::Address server;
  HandshakeOptions handshake;
  std::chrono::milliseconds connect_timeout;
  std::chrono::milliseconds call_timeout;
  std::chrono::milliseconds ping_interval;
};

class RpcConnection {
 public:
  // How a call ended. `exception` is Java's class where the server said no; with any other error
  // the call may or may not have run.
  struct Outcome {
    Status status;
    std::string exception;
    RpcResponse response;
  };

  // Begins to connect and returns.
  explicit RpcConnection(ConnectionOptions options);
  // Closes, and waits for the thread.
  ~RpcConnection();

  // Waits for the connection, its turn to write, and the reply. At its deadline it leaves nothing
  // behind; a reply that comes later is dropped.
  Outcome call(const proto::RpcRequestHeaderProto& header, const std::string& body,
               Deadline deadline) HOWDAH_EXCLUDES(mutex_);

  // Ends everything on it with `why`; the first reason stays.
  void close(const Status& why) HOWDAH_EXCLUDES(mutex_);
  bool is_closed() const HOWDAH_EXCLUDES(mutex_);
  const net::Address& server() const { return options_.server; }

 private:
  struct Waiting {
    Outcome outcome;
    bool done = false;
    Condition changed;
  };

  void run(const std::stop_token& stop);
  Status establish(const std::stop_token& stop, std::string* exception);
  Status receive(std::string* exception);
  Status dispatch(RpcResponse response, std::string* exception) HOWDAH_EXCLUDES(mutex_);
  Status deliver(RpcResponse response, std::string* exception) HOWDAH_EXCLUDES(mutex_);
  Status write(const proto::RpcRequestHeaderProto& header, const std::string& body,
               Deadline deadline);
  // The reply, the end, or a pause after which to look again; sends the ping that is due.
  void wait_for_reply(Waiting& waiting, Deadline::Clock::time_point sent, Deadline deadline)
      HOWDAH_REQUIRES(mutex_);
  void send_ping() HOWDAH_EXCLUDES(mutex_);
  void end(const Status& why, const std::string& exception) HOWDAH_REQUIRES(mutex_);

  const ConnectionOptions options_;
  mutable Mutex mutex_;
  Condition changed_;  // ready_, writing_, closed_
  bool ready_ HOWDAH_GUARDED_BY(mutex_) = false;
  bool writing_ HOWDAH_GUARDED_BY(mutex_) = false;
  bool closed_ HOWDAH_GUARDED_BY(mutex_) = false;
  Status reason_ HOWDAH_GUARDED_BY(mutex_);
  std::string reason_exception_ HOWDAH_GUARDED_BY(mutex_);
  std::map<int32_t, Waiting*> waiting_ HOWDAH_GUARDED_BY(mutex_);
  Deadline::Clock::time_point last_ping_ HOWDAH_GUARDED_BY(mutex_);

  // Set by the thread before ready_, constant afterwards. The wrap's sending half belongs to
  // whoever set writing_, its receiving half to the thread.
  net::Socket socket_;
  std::unique_ptr<FrameReader> reader_;
  std::unique_ptr<DigestMd5Wrap> wrap_;
  std::string unwrapped_;  // the thread's: bytes not yet cut into frames

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace howdah::hadoop
