#include "hdfs/packet.h"

#include "hdfs/proto/datatransfer.pb.h"

namespace howdah::hdfs {
namespace {

Status corrupt(const std::string& what) {
  return Status(Code::kCorrupt, "the DataNode sent a packet with " + what);
}

}  // namespace

size_t encode_packet_head(const PacketHeader& header, MutableBytes into) {
  proto::PacketHeaderProto message;
  message.set_offsetinblock(header.offset_in_block);
  message.set_seqno(header.seqno);
  message.set_lastpacketinblock(header.last_in_block);
  message.set_datalen(static_cast<int32_t>(header.data_bytes));
  if (header.sync) message.set_syncblock(true);
  const size_t length = message.ByteSizeLong();
  store_be32(into.data(), static_cast<uint32_t>(4 + header.checksum_bytes + header.data_bytes));
  store_be16(into.data() + 4, static_cast<uint16_t>(length));
  message.SerializeToArray(into.data() + kPacketPrefixBytes, static_cast<int>(length));
  return kPacketPrefixBytes + length;
}

Result<size_t> packet_head_bytes(Bytes prefix) {
  const uint32_t packet = load_be32(prefix.data());
  const uint16_t header = load_be16(prefix.data() + 4);
  if (packet < 4 || packet > kMaxPacketBytes)
    return corrupt("an impossible length of " + std::to_string(packet) + " bytes");
  if (header == 0 || header > kMaxPacketHeadBytes - kPacketPrefixBytes)
    return corrupt("an impossible header of " + std::to_string(header) + " bytes");
  return kPacketPrefixBytes + header;
}

Result<PacketHeader> decode_packet_head(Bytes head) {
  proto::PacketHeaderProto message;
  if (!message.ParseFromArray(head.data() + kPacketPrefixBytes,
                              static_cast<int>(head.size() - kPacketPrefixBytes)))
    return corrupt("a header that is none");
  const size_t payload = load_be32(head.data()) - 4;
  PacketHeader header;
  header.offset_in_block = message.offsetinblock();
  header.seqno = message.seqno();
  header.last_in_block = message.lastpacketinblock();
  header.sync = message.syncblock();
  if (message.datalen() < 0 || static_cast<size_t>(message.datalen()) > payload)
    return corrupt("more data than bytes");
  if (header.offset_in_block < 0) return corrupt("a negative offset");
  header.data_bytes = static_cast<size_t>(message.datalen());
  header.checksum_bytes = payload - header.data_bytes;
  return header;
}

}  // namespace howdah::hdfs
