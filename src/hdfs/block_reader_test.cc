#include "hdfs/block_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hdfs/scripted_datanode.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

std::string pattern(size_t length) {
  std::string bytes(length, '\0');
  uint32_t state = 3;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}
const std::string kContent = pattern(2'000);

Result<std::string> read_range(const ScriptedDatanode& node, ByteRange range,
                               Deadline deadline = in_time(), size_t piece = 4096) {
  DatanodeConnections connections;
  auto reader = HOWDAH_TRY(BlockReader::open(connections, block_of(2'000), node.address(), range,
                                             {"test", std::chrono::seconds(5)}, deadline));
  std::string all;
  for (;;) {
    std::string into(piece, '\0');
    const size_t count =
        HOWDAH_TRY(reader->read(std::as_writable_bytes(std::span(into)), deadline));
    if (count == 0) return all;
    all += into.substr(0, count);
  }
}

// Serves kContent as a DataNode does: from the chunk of the offset to the chunk of the end.
void serve(DatanodeConnection& client) {
  proto::OpReadBlockProto request;
  while (take_request(client, &request)) {
    const size_t begin = request.offset() / 512 * 512;
    const size_t end =
        std::min<size_t>((request.offset() + request.len() + 511) / 512 * 512, kContent.size());
    answer_read(client, begin);
    int64_t seqno = 0;
    for (size_t at = begin; at < end; at += 1024)
      send_bytes(client,
                 packet_bytes({.offset_in_block = static_cast<int64_t>(at), .seqno = seqno++},
                              kContent.substr(at, std::min<size_t>(1024, end - at))));
    send_bytes(client, packet_bytes({.offset_in_block = static_cast<int64_t>(end),
                                     .seqno = seqno,
                                     .last_in_block = true},
                                    ""));
    proto::ClientReadStatusProto verdict;
    if (!client.receive(&verdict, in_time()).is_ok()) return;
    EXPECT_EQ(verdict.status(), proto::CHECKSUM_OK);
  }
}

TEST(BlockReader, delivers_from_the_middle_of_a_chunk) {
  ScriptedDatanode node(serve);
  for (const ByteRange range :
       {ByteRange{0, 2'000}, {1, 2}, {511, 513}, {600, 601}, {1'999, 2'000}, {513, 1'700}}) {
    for (const size_t piece : {1ul, 100ul, 4096ul}) {
      const auto read = read_range(node, range, in_time(), piece);
      ASSERT_TRUE(read) << read.status().to_string();
      EXPECT_TRUE(*read == kContent.substr(static_cast<size_t>(range.begin),
                                           static_cast<size_t>(range.length())));
    }
  }
}

TEST(BlockReader, uses_a_connection_again_after_a_whole_range) {
  ScriptedDatanode node(serve);
  DatanodeConnections connections;
  for (int turn = 0; turn < 5; ++turn) {
    auto reader = BlockReader::open(connections, block_of(2'000), node.address(), {100, 1'900},
                                    {"test"}, in_time());
    ASSERT_TRUE(reader) << reader.status().to_string();
    std::string into(1'800, '\0');
    for (size_t have = 0; have < into.size();) {
      const auto count =
          (*reader)->read(std::as_writable_bytes(std::span(into)).subspan(have), in_time());
      ASSERT_TRUE(count) << count.status().to_string();
      have += *count;
    }
    EXPECT_TRUE(into == kContent.substr(100, 1'800));
  }
  EXPECT_EQ(node.connections(), 1);
}

TEST(BlockReader, connects_anew_when_the_idle_connection_was_closed_by_the_datanode) {
  ScriptedDatanode node([](DatanodeConnection& client) {
    proto::OpReadBlockProto request;
    if (!take_request(client, &request)) return;
    answer_read(client, 0);
    send_bytes(client, packet_bytes({.seqno = 0}, kContent.substr(0, 512)));
    send_bytes(client,
               packet_bytes({.offset_in_block = 512, .seqno = 1, .last_in_block = true}, ""));
    proto::ClientReadStatusProto verdict;
    (void)client.receive(&verdict, in_time());
  });
  DatanodeConnections connections;
  for (int turn = 0; turn < 3; ++turn) {
    auto reader = BlockReader::open(connections, block_of(2'000), node.address(), {0, 512},
                                    {"test"}, in_time());
    ASSERT_TRUE(reader) << reader.status().to_string();
    std::string into(512, '\0');
    ASSERT_EQ(*(*reader)->read(std::as_writable_bytes(std::span(into)), in_time()), 512u);
  }
}

TEST(BlockReader, delivers_nothing_of_a_corrupt_packet_and_names_the_datanode) {
  ScriptedDatanode node([](DatanodeConnection& client) {
    proto::OpReadBlockProto request;
    if (!take_request(client, &request)) return;
    answer_read(client, 0);
    std::string packet = packet_bytes({.seqno = 0}, kContent.substr(0, 1024));
    packet[packet.size() - 300] = static_cast<char>(packet[packet.size() - 300] ^ 1);
    send_bytes(client, packet);
    wait_for_the_end(client);
  });
  const auto read = read_range(node, {0, 1024});
  EXPECT_EQ(read.status().code(), Code::kChecksum);
  EXPECT_THAT(read.status().to_string(), HasSubstr(node.address().to_string()));
  EXPECT_THAT(read.status().to_string(), HasSubstr("offset 512"));
}

TEST(BlockReader, ends_within_its_deadline_when_the_peer_falls_silent_after_a_packet_header) {
  ScriptedDatanode node([](DatanodeConnection& client) {
    proto::OpReadBlockProto request;
    if (!take_request(client, &request)) return;
    answer_read(client, 0);
    send_bytes(client, packet_bytes({.seqno = 0}, kContent.substr(0, 512)).substr(0, 33));
    wait_for_the_end(client);
  });
  EXPECT_EQ(read_range(node, {0, 512}, Deadline::after(milliseconds(50))).status().code(),
            Code::kDeadlineExceeded);
}

TEST(BlockReader, gives_a_silent_datanode_up_before_the_callers_deadline) {
  ScriptedDatanode node([](DatanodeConnection& client) { wait_for_the_end(client); });
  DatanodeConnections connections;
  const auto reader = BlockReader::open(connections, block_of(2'000), node.address(), {0, 512},
                                        {"test", milliseconds(50)}, in_time());
  EXPECT_EQ(reader.status().code(), Code::kUnavailable);
}

TEST(BlockReader, refuses_a_packet_longer_than_the_limit_without_allocating_it) {
  ScriptedDatanode node([](DatanodeConnection& client) {
    proto::OpReadBlockProto request;
    if (!take_request(client, &request)) return;
    answer_read(client, 0);
    std::string packet = packet_bytes({.seqno = 0}, kContent.substr(0, 512));
    store_be32(packet.data(), 0x7fffffff);
    send_bytes(client, packet);
    wait_for_the_end(client);
  });
  EXPECT_EQ(read_range(node, {0, 512}).status().code(), Code::kCorrupt);
}

TEST(BlockReader, refuses_packets_that_are_not_what_it_asked_for) {
  const auto code = [](PacketHeader header, size_t data) {
    ScriptedDatanode node([&](DatanodeConnection& client) {
      proto::OpReadBlockProto request;
      if (!take_request(client, &request)) return;
      answer_read(client, 0);
      send_bytes(client, packet_bytes(header, kContent.substr(0, data)));
      wait_for_the_end(client);
    });
    return read_range(node, {100, 512}).status().code();
  };
  EXPECT_EQ(code({.seqno = 1}, 512), Code::kCorrupt);                          // out of order
  EXPECT_EQ(code({.offset_in_block = 512, .seqno = 0}, 512), Code::kCorrupt);  // another place
  EXPECT_EQ(code({.seqno = 0, .last_in_block = true}, 0), Code::kCorrupt);     // too early an end
  EXPECT_EQ(code({.seqno = 0}, 0), Code::kCorrupt);                            // no end at all
  EXPECT_EQ(code({.seqno = 0}, 50), Code::kCorrupt);  // ends before what was asked for
}

TEST(BlockReader, tells_an_expired_token_from_a_replica_that_is_gone) {
  const auto code = [](proto::DataTransferStatus status) {
    ScriptedDatanode node([&](DatanodeConnection& client) {
      proto::OpReadBlockProto request;
      if (!take_request(client, &request)) return;
      proto::BlockOpResponseProto response;
      response.set_status(status);
      response.set_message("why");
      (void)client.send(response, in_time());
    });
    return read_range(node, {0, 512}).status().code();
  };
  EXPECT_EQ(code(proto::ERROR_ACCESS_TOKEN), Code::kTokenExpired);
  EXPECT_EQ(code(proto::ERROR), Code::kNotFound);
  EXPECT_EQ(code(proto::ERROR_UNSUPPORTED), Code::kUnsupported);
}

TEST(BlockReader, tells_a_datanode_that_is_not_there) {
  net::Address nowhere;
  { nowhere = net::Listener::listen({"127.0.0.1", 0})->address(); }
  DatanodeConnections connections;
  EXPECT_EQ(BlockReader::open(connections, block_of(1), nowhere, {0, 1}, {"test"}, in_time())
                .status()
                .code(),
            Code::kUnavailable);
}

}  // namespace
}  // namespace howdah::hdfs
