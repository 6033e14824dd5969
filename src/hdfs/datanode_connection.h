// A connection to a DataNode's transfer port, and the idle ones that may be used again.
// DataTransfer version 28. Hadoop: Sender, Receiver, PeerCache.
#pragma once

#include <google/protobuf/message_lite.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/deadline.h"
#include "base/mutex.h"
#include "base/result.h"
#include "net/socket.h"

namespace howdah::hdfs {

enum class TransferOp : uint8_t { kWriteBlock = 80, kReadBlock = 81 };

constexpr size_t kMaxMessageBytes = 1 << 20;  // of a message before or after the packets

// Buffered reading, so that the small parts of the protocol cost no system call each. One thread
// reads while another writes; shutdown() may be called by any. Every wait ends after the call's
// deadline (kDeadlineExceeded) or after the silence that the connection allows (kUnavailable).
class DatanodeConnection {
 public:
  static Result<std::unique_ptr<DatanodeConnection>> connect(const net::Address& node,
                                                             std::chrono::milliseconds silence,
                                                             Deadline deadline);
  DatanodeConnection(net::Socket socket, std::chrono::milliseconds silence);

  Status send(TransferOp op, const google::protobuf::MessageLite& request, Deadline deadline);
  Status send(const google::protobuf::MessageLite& message, Deadline deadline);
  Status send(std::span<const Bytes> parts, Deadline deadline);

  // A message with its length before it. kCorrupt: longer than the limit, or no such message.
  Status receive(google::protobuf::MessageLite* message, Deadline deadline);
  // Looks at `need` bytes without taking them; reads up to `hint` at once where there are more.
  // Both are at most kBufferBytes. Valid until the next call.
  Result<Bytes> peek(size_t need, size_t hint, Deadline deadline);
  void skip(size_t bytes) { begin_ += bytes; }
  // Exactly so many, those buffered first, the rest without a copy.
  Status receive(MutableBytes into, Deadline deadline);

  // Nothing unread has arrived, and the peer has not closed: it may carry another request.
  bool is_quiet() const;
  // How long a wait may last from now on.
  void set_silence(std::chrono::milliseconds silence) { silence_ = silence; }
  void shutdown() { socket_.shutdown(); }
  const std::string& peer() const { return socket_.peer(); }

  static constexpr size_t kBufferBytes = 16 << 10;

 private:
  Deadline limit(Deadline deadline) const { return deadline.earlier(silence_); }
  Status explain(const Status& status, Deadline deadline) const;

  net::Socket socket_;
  std::chrono::milliseconds silence_;
  std::vector<std::byte> buffer_;
  size_t begin_ = 0, end_ = 0;  // what is read and not yet taken
};

// Idle connections by address. A DataNode closes an idle one after 4 s, so that one older than 3 s
// is not handed out any more.
//
// Thread-safe.
class DatanodeConnections {
 public:
  // Null when there is none.
  std::unique_ptr<DatanodeConnection> take(const net::Address& node);
  void give(const net::Address& node, std::unique_ptr<DatanodeConnection> connection);

 private:
  struct Idle {
    net::Address node;
    Deadline usable;
    std::unique_ptr<DatanodeConnection> connection;
  };
  Mutex mutex_;
  std::vector<Idle> idle_ HOWDAH_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace howdah::hdfs
