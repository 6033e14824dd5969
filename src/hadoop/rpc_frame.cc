#include "hadoop/rpc_frame.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>

#include <algorithm>

namespace howdah::hadoop {
namespace {
constexpr size_t kBufferBytes = size_t{64} << 10;
constexpr size_t kFirstStepBytes = size_t{1} << 20;

size_t varint_size(size_t value) {
  return google::protobuf::io::CodedOutputStream::VarintSize64(value);
}

void append_varint(size_t value, std::string* to) {
  std::array<uint8_t, 10> bytes{};
  const uint8_t* end =
      google::protobuf::io::CodedOutputStream::WriteVarint64ToArray(value, bytes.data());
  to->append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(end - bytes.data()));
}
}  // namespace

void append_delimited(const google::protobuf::MessageLite& message, std::string* to) {
  append_varint(message.ByteSizeLong(), to);
  message.AppendPartialToString(to);
}

Status take_delimited(Bytes* bytes, google::protobuf::MessageLite* message) {
  uint64_t length = 0;
  size_t at = 0;
  for (;; ++at) {
    if (at == bytes->size() || at == 5)
      return Status(Code::kCorrupt, "a message without its length");
    const auto byte = std::to_integer<uint64_t>((*bytes)[at]);
    length |= (byte & 0x7f) << (7 * at);
    if (byte < 0x80) break;
  }
  ++at;
  if (length > bytes->size() - at)
    return Status(Code::kCorrupt, fmt::format("a message of {} bytes where {} are left", length,
                                              bytes->size() - at));
  const Bytes content = bytes->subspan(at, length);
  // Partial, because the library would print what is missing.
  if (!message->ParsePartialFromArray(content.data(), static_cast<int>(content.size())) ||
      !message->IsInitialized())
    return Status(Code::kCorrupt, "not a " + message->GetTypeName());
  *bytes = bytes->subspan(at + length);
  return Status::ok();
}

proto::RpcRequestHeaderProto make_request_header(int32_t call_id, const std::string& client_id,
                                                 int32_t retry_count) {
  proto::RpcRequestHeaderProto header;
  header.set_rpckind(proto::RPC_PROTOCOL_BUFFER);
  header.set_rpcop(proto::RpcRequestHeaderProto::RPC_FINAL_PACKET);
  header.set_callid(call_id);
  header.set_clientid(client_id);
  header.set_retrycount(retry_count);
  return header;
}

std::string frame_head(const proto::RpcRequestHeaderProto& header, size_t body_size) {
  const size_t header_size = header.ByteSizeLong();
  std::string head(4, '\0');
  store_be32(head.data(),
             static_cast<uint32_t>(varint_size(header_size) + header_size + body_size));
  append_delimited(header, &head);
  return head;
}

std::string make_frame(const proto::RpcRequestHeaderProto& header,
                       const google::protobuf::MessageLite& body) {
  std::string content;
  append_delimited(body, &content);
  return frame_head(header, content.size()) + content;
}

Result<RpcResponse> parse_response(std::string frame) {
  Bytes rest = as_bytes(frame);
  proto::RpcResponseHeaderProto header;
  HOWDAH_TRY(take_delimited(&rest, &header));
  if (!header.has_callid() || !header.has_status())
    return Status(Code::kCorrupt, "a reply without call id or status");
  RpcResponse response;
  response.call_id = static_cast<int32_t>(header.callid());
  response.status = header.status();
  response.exception = std::move(*header.mutable_exceptionclassname());
  response.message = std::move(*header.mutable_errormsg());
  response.error_detail = static_cast<int>(header.errordetail());
  response.client_id = std::move(*header.mutable_clientid());
  response.body_offset = frame.size() - rest.size();
  response.frame = std::move(frame);
  if (response.failed() && response.exception.empty()) response.exception = "java.io.IOException";
  return response;
}

Result<size_t> checked_frame_length(uint32_t announced) {
  if (announced > kMaxMessageBytes + kMaxWrapOverheadBytes)
    return Status(Code::kCorrupt, fmt::format("the peer announces a message of {} bytes, more than "
                                              "the limit of {}",
                                              static_cast<int32_t>(announced), kMaxMessageBytes))
        .with_advice("is this the address of an RPC port?");
  return announced;
}

FrameReader::FrameReader(net::Socket& socket)
    : socket_(socket), buffer_(kBufferBytes), last_bytes_(Deadline::Clock::now()) {}

Result<std::string> FrameReader::next(Deadline deadline) {
  std::array<std::byte, 4> announced{};
  HOWDAH_TRY(fill(announced, deadline));
  const size_t length = HOWDAH_TRY(checked_frame_length(load_be32(announced.data())));
  std::string frame;
  while (frame.size() < length) {
    const size_t at = frame.size();
    const size_t step = std::min(length - at, std::max(at, kFirstStepBytes));
    frame.resize(at + step);
    HOWDAH_TRY(fill(std::as_writable_bytes(std::span(frame)).subspan(at), deadline));
  }
  return frame;
}

Status FrameReader::fill(MutableBytes into, Deadline deadline) {
  while (!into.empty()) {
    if (begin_ == end_) {
      const bool direct = into.size() >= buffer_.size();
      const size_t count =
          HOWDAH_TRY(socket_.read_some(direct ? into : MutableBytes(buffer_), deadline));
      if (count == 0)
        return Status(Code::kUnavailable, "the server closed the connection")
            .with_peer(socket_.peer());
      last_bytes_.store(Deadline::Clock::now());
      if (direct) {
        into = into.subspan(count);
        continue;
      }
      begin_ = 0;
      end_ = count;
    }
    const size_t step = std::min(into.size(), end_ - begin_);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), step, into.begin());
    begin_ += step;
    into = into.subspan(step);
  }
  return Status::ok();
}

}  // namespace howdah::hadoop
