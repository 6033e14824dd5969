#include "hdfs/packet.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace howdah::hdfs {
namespace {

std::vector<std::byte> encoded(const PacketHeader& header) {
  std::vector<std::byte> head(kMaxPacketHeadBytes);
  head.resize(encode_packet_head(header, head));
  return head;
}

TEST(Packet, has_the_length_that_hadoop_reserves_for_it) {
  PacketHeader header{.offset_in_block = 1, .seqno = 2, .data_bytes = 3};
  EXPECT_EQ(encoded(header).size(), 31u);
  header.sync = true;
  EXPECT_EQ(encoded(header).size(), 33u);
}

TEST(Packet, comes_back_as_it_was) {
  for (const PacketHeader& header :
       {PacketHeader{0, 0, false, false, 512, 65536}, PacketHeader{1 << 30, -1, false, false, 0, 0},
        PacketHeader{123456, 99, true, true, 0, 0}}) {
    const auto head = encoded(header);
    const auto length = packet_head_bytes(Bytes(head).first(kPacketPrefixBytes));
    ASSERT_TRUE(length) << length.status().to_string();
    ASSERT_EQ(*length, head.size());
    const auto decoded = decode_packet_head(head);
    ASSERT_TRUE(decoded) << decoded.status().to_string();
    EXPECT_EQ(*decoded, header);
  }
}

TEST(Packet, refuses_lengths_beyond_the_limit) {
  std::array<std::byte, kPacketPrefixBytes> prefix{};
  const auto code = [&](uint32_t packet, uint16_t header) {
    store_be32(prefix.data(), packet);
    store_be16(prefix.data() + 4, header);
    return packet_head_bytes(prefix).status().code();
  };
  EXPECT_EQ(code(4, 25), Code::kOk);
  EXPECT_EQ(code(3, 25), Code::kCorrupt);
  EXPECT_EQ(code((16 << 20) + 1, 25), Code::kCorrupt);
  EXPECT_EQ(code(0xffffffff, 25), Code::kCorrupt);
  EXPECT_EQ(code(4, 0), Code::kCorrupt);
  EXPECT_EQ(code(4, 60'000), Code::kCorrupt);
}

TEST(Packet, refuses_headers_that_contradict_their_lengths) {
  auto head = encoded({.seqno = 1, .checksum_bytes = 4, .data_bytes = 100});
  store_be32(head.data(), 4 + 50);  // less than the data that the header announces
  EXPECT_EQ(decode_packet_head(head).status().code(), Code::kCorrupt);
  head = encoded({.seqno = 1});
  head.resize(head.size() - 3);
  EXPECT_EQ(decode_packet_head(head).status().code(), Code::kCorrupt);
  EXPECT_EQ(decode_packet_head(encoded({.offset_in_block = -5})).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace howdah::hdfs
