#include "hdfs/block_reader.h"

#include <algorithm>

#include "hdfs/packet.h"
#include "hdfs/proto/datatransfer.pb.h"

namespace howdah::hdfs {
namespace {

Status corrupt(const char* what) {
  return Status(Code::kCorrupt, std::string("the DataNode sent ") + what);
}

Status refusal(const proto::BlockOpResponseProto& response, const Block& block) {
  const std::string message = block.to_string() + ": " +
                              (response.message().empty() ? "the DataNode refuses to read it"
                                                          : response.message().substr(0, 500));
  switch (response.status()) {
    case proto::ERROR_ACCESS_TOKEN:
      return Status(Code::kTokenExpired, message);
    case proto::ERROR_UNSUPPORTED:
      return Status(Code::kUnsupported, message);
    default:  // ERROR: no such replica, an older one, a disk that failed
      return Status(Code::kNotFound, message);
  }
}

}  // namespace

BlockReader::BlockReader(DatanodeConnections& connections, net::Address node, ByteRange range)
    : connections_(connections), node_(std::move(node)), range_(range) {}

Result<std::unique_ptr<BlockReader>> BlockReader::open(DatanodeConnections& connections,
                                                       const LocatedBlock& block,
                                                       const net::Address& node, ByteRange range,
                                                       const ReadOptions& options,
                                                       Deadline deadline) {
  std::unique_ptr<BlockReader> reader(new BlockReader(connections, node, range));
  const auto named = [&](const Status& status) {
    return status.with_operation("read").with_peer(node.to_string());
  };
  reader->connection_ = connections.take(node);
  if (reader->connection_) {
    reader->connection_->set_silence(options.silence);
    const Status outcome = reader->request(block, options, deadline);
    if (outcome.is_ok()) return reader;
    // The DataNode may close an idle connection at any time: that says nothing about the replica.
    if (outcome.code() != Code::kUnavailable) return named(outcome);
  }
  auto connection = DatanodeConnection::connect(node, options.silence, deadline);
  if (!connection) return named(connection.status());
  reader->connection_ = std::move(*connection);
  const Status outcome = reader->request(block, options, deadline);
  if (!outcome.is_ok()) return named(outcome);
  return reader;
}

Status BlockReader::request(const LocatedBlock& block, const ReadOptions& options,
                            Deadline deadline) {
  proto::OpReadBlockProto request;
  auto& header = *request.mutable_header();
  *header.mutable_baseheader()->mutable_block() = to_proto(block.block);
  *header.mutable_baseheader()->mutable_token() = to_proto(block.token);
  header.set_clientname(options.client_name);
  request.set_offset(static_cast<uint64_t>(range_.begin));
  request.set_len(static_cast<uint64_t>(range_.length()));
  HOWDAH_TRY(connection_->send(TransferOp::kReadBlock, request, deadline));

  proto::BlockOpResponseProto response;
  HOWDAH_TRY(connection_->receive(&response, deadline));
  if (response.status() != proto::SUCCESS) return refusal(response, block.block);
  if (!response.has_readopchecksuminfo()) return corrupt("an answer without its checksum");
  const auto& info = response.readopchecksuminfo();
  checksum_ = HOWDAH_TRY(
      ChecksumSpec::from_wire(info.checksum().type(), info.checksum().bytesperchecksum()));
  const auto begin = static_cast<uint64_t>(range_.begin);
  if (info.chunkoffset() > begin || begin - info.chunkoffset() >= checksum_.bytes_per_chunk)
    return corrupt("an offset far from what was asked for");
  next_packet_ = static_cast<int64_t>(info.chunkoffset());
  return Status::ok();
}

Status BlockReader::check_header(const PacketHeader& header) const {
  if (header.seqno != next_seqno_) return corrupt("a packet out of its order");
  if (header.last_in_block || header.data_bytes == 0)
    return corrupt("the end before the last byte that was asked for");
  if (header.offset_in_block != next_packet_) return corrupt("a packet of another offset");
  if (header.checksum_bytes != checksum_.checksum_bytes(header.data_bytes))
    return corrupt("checksums that do not fit the data");
  return Status::ok();
}

Result<size_t> BlockReader::read_packet(MutableBytes into, Deadline deadline) {
  const Bytes prefix = HOWDAH_TRY(connection_->peek(kPacketPrefixBytes, head_hint_, deadline));
  const size_t head_bytes = HOWDAH_TRY(packet_head_bytes(prefix.first(kPacketPrefixBytes)));
  const Bytes head = HOWDAH_TRY(connection_->peek(head_bytes, head_hint_, deadline));
  const PacketHeader header = HOWDAH_TRY(decode_packet_head(head.first(head_bytes)));
  HOWDAH_TRY(check_header(header));
  connection_->skip(head_bytes);
  head_hint_ = head_bytes + header.checksum_bytes;

  checksums_.resize(header.checksum_bytes);
  HOWDAH_TRY(connection_->receive(checksums_, deadline));
  // Straight into the caller's bytes where all of the packet belongs there.
  const int64_t packet_end = next_packet_ + static_cast<int64_t>(header.data_bytes);
  const bool direct =
      next_packet_ == range_.begin && packet_end <= range_.end && into.size() >= header.data_bytes;
  if (!direct) packet_.resize(header.data_bytes);
  const MutableBytes data = direct ? into.first(header.data_bytes) : MutableBytes(packet_);
  HOWDAH_TRY(connection_->receive(data, deadline));
  if (const auto chunk = find_mismatch(checksum_, data, checksums_)) {
    const int64_t at = next_packet_ + static_cast<int64_t>(*chunk * checksum_.bytes_per_chunk);
    packet_.clear();
    return Status(Code::kChecksum, "the replica is corrupt at offset " + std::to_string(at));
  }
  ++next_seqno_;
  const int64_t skipped = range_.begin - next_packet_;
  next_packet_ = packet_end;
  if (direct) return header.data_bytes;
  if (skipped >= static_cast<int64_t>(packet_.size()))
    return corrupt("a packet that ends before what was asked for");
  packet_at_ = static_cast<size_t>(skipped);
  return size_t{0};
}

Result<size_t> BlockReader::read(MutableBytes into, Deadline deadline) {
  if (range_.length() == 0 || into.empty()) return size_t{0};
  size_t count = 0;
  if (packet_at_ == packet_.size()) {
    packet_.clear();
    packet_at_ = 0;
    auto direct = read_packet(into, deadline);
    if (!direct) return direct.status().with_operation("read").with_peer(node_.to_string());
    count = *direct;
  }
  if (count == 0) {
    count =
        std::min({into.size(), packet_.size() - packet_at_, static_cast<size_t>(range_.length())});
    std::memcpy(into.data(), packet_.data() + packet_at_, count);
    packet_at_ += count;
  }
  range_.begin += static_cast<int64_t>(count);
  if (range_.length() == 0) finish(deadline);
  return count;
}

// After the range comes an empty packet, and the DataNode waits for our verdict. What fails here
// costs the connection only: every byte is delivered and verified.
void BlockReader::finish(Deadline deadline) {
  auto connection = std::move(connection_);
  const auto trailer = [&]() -> Status {
    const Bytes prefix = HOWDAH_TRY(connection->peek(kPacketPrefixBytes, 0, deadline));
    const size_t head_bytes = HOWDAH_TRY(packet_head_bytes(prefix.first(kPacketPrefixBytes)));
    const Bytes head = HOWDAH_TRY(connection->peek(head_bytes, 0, deadline));
    const PacketHeader header = HOWDAH_TRY(decode_packet_head(head.first(head_bytes)));
    if (!header.last_in_block || header.data_bytes + header.checksum_bytes != 0)
      return corrupt("more than was asked for");
    connection->skip(head_bytes);
    proto::ClientReadStatusProto verdict;
    verdict.set_status(checksum_.type == ChecksumType::kNull ? proto::SUCCESS : proto::CHECKSUM_OK);
    return connection->send(verdict, deadline);
  };
  if (trailer().is_ok()) {
    connections_.give(node_, std::move(connection));
  }
}

}  // namespace howdah::hdfs
