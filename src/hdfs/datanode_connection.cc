#include "hdfs/datanode_connection.h"

#include <google/protobuf/io/coded_stream.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <string>

namespace howdah::hdfs {
namespace {

constexpr uint16_t kTransferVersion = 28;
constexpr size_t kMaxVarintBytes = 5;
constexpr size_t kMaxIdle = 16;
constexpr std::chrono::seconds kIdleUse{3};

void append_delimited(const google::protobuf::MessageLite& message, std::string& into) {
  std::array<uint8_t, 10> varint{};
  const uint8_t* end = google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(
      static_cast<uint32_t>(message.ByteSizeLong()), varint.data());
  into.append(reinterpret_cast<const char*>(varint.data()),
              static_cast<size_t>(end - varint.data()));
  message.AppendToString(&into);
}

}  // namespace

Result<std::unique_ptr<DatanodeConnection>> DatanodeConnection::connect(
    const net::Address& node, std::chrono::milliseconds silence, Deadline deadline) {
  auto socket = net::Socket::connect(node, deadline.earlier(silence));
  if (!socket) {
    // The silence's end is the DataNode's fault, not the call's.
    if (socket.status().code() == Code::kDeadlineExceeded && !deadline.expired())
      return Status(Code::kUnavailable, "the DataNode does not answer")
          .with_operation("connect")
          .with_peer(node.to_string());
    return socket.status();
  }
  return std::make_unique<DatanodeConnection>(std::move(*socket), silence);
}

DatanodeConnection::DatanodeConnection(net::Socket socket, std::chrono::milliseconds silence)
    : socket_(std::move(socket)), silence_(silence), buffer_(kBufferBytes) {}

Status DatanodeConnection::explain(const Status& status, Deadline deadline) const {
  if (status.code() != Code::kDeadlineExceeded || deadline.expired()) return status;
  return Status(Code::kUnavailable, "the DataNode fell silent").with_peer(peer());
}

Status DatanodeConnection::send(std::span<const Bytes> parts, Deadline deadline) {
  return explain(socket_.write_all(parts, limit(deadline)), deadline);
}

Status DatanodeConnection::send(const google::protobuf::MessageLite& message, Deadline deadline) {
  std::string bytes;
  append_delimited(message, bytes);
  const Bytes part = as_bytes(bytes);
  return send({&part, 1}, deadline);
}

Status DatanodeConnection::send(TransferOp op, const google::protobuf::MessageLite& request,
                                Deadline deadline) {
  std::string bytes(3, '\0');
  store_be16(bytes.data(), kTransferVersion);
  bytes[2] = static_cast<char>(op);
  append_delimited(request, bytes);
  const Bytes part = as_bytes(bytes);
  return send({&part, 1}, deadline);
}

Result<Bytes> DatanodeConnection::peek(size_t need, size_t hint, Deadline deadline) {
  hint = std::clamp(hint, need, kBufferBytes);
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ - begin_ < need && begin_ + hint > kBufferBytes) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  while (end_ - begin_ < need) {
    const MutableBytes room = MutableBytes(buffer_).subspan(end_, hint - (end_ - begin_));
    const auto count = socket_.read_some(room, limit(deadline));
    if (!count) return explain(count.status(), deadline);
    if (*count == 0)
      return Status(Code::kUnavailable, "the DataNode closed the connection").with_peer(peer());
    end_ += *count;
  }
  return Bytes(buffer_).subspan(begin_, end_ - begin_);
}

Status DatanodeConnection::receive(MutableBytes into, Deadline deadline) {
  const size_t buffered = std::min(into.size(), end_ - begin_);
  std::memcpy(into.data(), buffer_.data() + begin_, buffered);
  begin_ += buffered;
  into = into.subspan(buffered);
  while (!into.empty()) {
    const auto count = socket_.read_some(into, limit(deadline));
    if (!count) return explain(count.status(), deadline);
    if (*count == 0)
      return Status(Code::kUnavailable, "the DataNode closed the connection").with_peer(peer());
    into = into.subspan(*count);
  }
  return Status::ok();
}

Status DatanodeConnection::receive(google::protobuf::MessageLite* message, Deadline deadline) {
  size_t length = 0, digits = 0;
  for (bool more = true; more; ++digits) {
    if (digits == kMaxVarintBytes)
      return Status(Code::kCorrupt, "the DataNode sent no message").with_peer(peer());
    const Bytes byte = HOWDAH_TRY(peek(1, kBufferBytes, deadline));
    length |= (static_cast<size_t>(byte[0]) & 0x7f) << (7 * digits);
    more = (static_cast<size_t>(byte[0]) & 0x80) != 0;
    skip(1);
  }
  if (length > kMaxMessageBytes)
    return Status(Code::kCorrupt, "the DataNode sent a message of " + std::to_string(length) +
                                      " bytes, more than the limit")
        .with_peer(peer());
  std::string bytes(length, '\0');
  HOWDAH_TRY(receive(std::as_writable_bytes(std::span(bytes)), deadline));
  if (!message->ParseFromString(bytes))
    return Status(Code::kCorrupt, "the DataNode sent a message of another kind").with_peer(peer());
  return Status::ok();
}

bool DatanodeConnection::is_quiet() const {
  if (begin_ != end_) return false;
  pollfd entry{socket_.fd(), POLLIN, 0};
  return ::poll(&entry, 1, 0) == 0;
}

std::unique_ptr<DatanodeConnection> DatanodeConnections::take(const net::Address& node) {
  MutexLock lock(mutex_);
  std::erase_if(idle_, [](const Idle& idle) { return idle.usable.expired(); });
  for (auto idle = idle_.rbegin(); idle != idle_.rend(); ++idle) {
    if (idle->node != node) continue;
    auto connection = std::move(idle->connection);
    idle_.erase(std::next(idle).base());
    if (connection->is_quiet()) return connection;
    return nullptr;
  }
  return nullptr;
}

void DatanodeConnections::give(const net::Address& node,
                               std::unique_ptr<DatanodeConnection> connection) {
  if (!connection->is_quiet()) return;
  MutexLock lock(mutex_);
  std::erase_if(idle_, [](const Idle& idle) { return idle.usable.expired(); });
  if (idle_.size() == kMaxIdle) idle_.erase(idle_.begin());
  idle_.push_back({node, Deadline::after(kIdleUse), std::move(connection)});
}

}  // namespace howdah::hdfs
