// A packet's head from a DataNode: no length that it claims may lead outside of the bytes.
#include <cstdint>
#include <cstdlib>

#include "hdfs/packet.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace howdah;
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  if (size < hdfs::kPacketPrefixBytes) return 0;
  const auto length = hdfs::packet_head_bytes(bytes.first(hdfs::kPacketPrefixBytes));
  if (!length || *length > size) return 0;
  const auto header = hdfs::decode_packet_head(bytes.first(*length));
  if (header && (header->data_bytes > hdfs::kMaxPacketBytes ||
                 header->checksum_bytes > hdfs::kMaxPacketBytes || header->offset_in_block < 0))
    std::abort();
  return 0;
}
