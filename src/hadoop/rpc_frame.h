// Frames of Hadoop's RPC version 9: an int32 length, then varint-delimited messages, the first of
// them the header. Hadoop: ipc.Client, ipc.Server, ipc.RpcConstants.
#pragma once

#include <google/protobuf/message_lite.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/deadline.h"
#include "base/result.h"
#include "hadoop/proto/rpc_header.pb.h"
#include "net/socket.h"

namespace howdah::hadoop {

// Hadoop's own default (ipc.maximum.data.length), for both directions.
inline constexpr size_t kMaxMessageBytes = size_t{128} << 20;
// An int32 length, and a SASL wrap around it, fit beside the largest message.
inline constexpr size_t kMaxWrapOverheadBytes = 1024;

// Call ids with a meaning of their own.
inline constexpr int32_t kContextCallId = -3;
inline constexpr int32_t kPingCallId = -4;
inline constexpr int32_t kSaslCallId = -33;

// Appends the varint length of the message, and the message.
void append_delimited(const google::protobuf::MessageLite& message, std::string* to);
// Takes one delimited message off the front of `bytes`.
//   kCorrupt  a length beyond the end, or not that message
Status take_delimited(Bytes* bytes, google::protobuf::MessageLite* message);

proto::RpcRequestHeaderProto make_request_header(int32_t call_id, const std::string& client_id,
                                                 int32_t retry_count);
// The length and the header of a frame whose body has `body_size` bytes.
std::string frame_head(const proto::RpcRequestHeaderProto& header, size_t body_size);
// A whole frame of a header and one message.
std::string make_frame(const proto::RpcRequestHeaderProto& header,
                       const google::protobuf::MessageLite& body);

// One reply: its header, and where its body lies in the frame.
struct RpcResponse {
  int32_t call_id = 0;
  proto::RpcResponseHeaderProto::RpcStatusProto status = proto::RpcResponseHeaderProto::SUCCESS;
  std::string exception;  // Java's class; empty with SUCCESS
  std::string message;    // with the stack trace
  int error_detail = 0;
  std::string client_id;
  std::string frame;
  size_t body_offset = 0;

  Bytes body() const { return as_bytes(frame).subspan(body_offset); }
  bool failed() const { return status != proto::RpcResponseHeaderProto::SUCCESS; }
};

// `frame` without its int32 length.
//   kCorrupt  no header in it
Result<RpcResponse> parse_response(std::string frame);

// Cuts a stream of bytes into frames. One thread reads; last_bytes() is any thread's.
class FrameReader {
 public:
  // The socket outlives the reader.
  explicit FrameReader(net::Socket& socket);
  // The next frame without its length. Memory follows what has arrived, not what was announced.
  //   kUnavailable       the peer closed
  //   kDeadlineExceeded  nothing, or only a part, came in time; the reader is then spent
  //   kCorrupt           a length that is negative or beyond the limit
  Result<std::string> next(Deadline deadline);
  // When bytes came last.
  Deadline::Clock::time_point last_bytes() const { return last_bytes_.load(); }

 private:
  Status fill(MutableBytes into, Deadline deadline);

  net::Socket& socket_;
  std::vector<std::byte> buffer_;
  size_t begin_ = 0, end_ = 0;
  std::atomic<Deadline::Clock::time_point> last_bytes_;
};

// The length that a frame announces, checked.
Result<size_t> checked_frame_length(uint32_t announced);

}  // namespace howdah::hadoop
