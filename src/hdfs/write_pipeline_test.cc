#include "hdfs/write_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hdfs/scripted_datanode.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

struct Received {
  PacketHeader header;
  std::string data;
};

// Takes one packet; false at the end.
bool take_packet(DatanodeConnection& client, Received* packet) {
  const auto prefix = client.peek(kPacketPrefixBytes, 0, in_time());
  if (!prefix) return false;
  const size_t head_bytes = *packet_head_bytes(prefix->first(kPacketPrefixBytes));
  packet->header = *decode_packet_head(client.peek(head_bytes, 0, in_time())->first(head_bytes));
  client.skip(head_bytes);
  std::vector<std::byte> sums(packet->header.checksum_bytes);
  packet->data.resize(packet->header.data_bytes);
  const MutableBytes data = std::as_writable_bytes(std::span(packet->data));
  if (!client.receive(sums, in_time()).is_ok() || !client.receive(data, in_time()).is_ok())
    return false;
  EXPECT_FALSE(find_mismatch({}, data, sums));
  return true;
}

void acknowledge(DatanodeConnection& client, int64_t seqno,
                 std::vector<proto::DataTransferStatus> statuses) {
  proto::PipelineAckProto ack;
  ack.set_seqno(seqno);
  for (const auto status : statuses) {
    ack.add_reply(status);
    ack.add_flag(static_cast<uint32_t>(status));
  }
  (void)client.send(ack, in_time());
}

bool accept_write(DatanodeConnection& client, proto::OpWriteBlockProto* request) {
  if (!take_request(client, request)) return false;
  proto::BlockOpResponseProto response;
  response.set_status(proto::SUCCESS);
  response.set_firstbadlink("");
  return client.send(response, in_time()).is_ok();
}

PipelineSetup setup_for(const ScriptedDatanode& node) {
  PipelineSetup setup;
  setup.block = block_of(0);
  setup.first_node = node.address();
  for (const char* uuid : {"first", "second"}) {
    setup.block.nodes.push_back(node_at(node.address(), uuid));
    setup.block.storage_types.push_back(proto::DISK);
    setup.block.storage_ids.push_back(std::string("DS-") + uuid);
  }
  setup.block.nodes[1].transfer_port = 9;
  setup.generation_stamp = 1001;
  setup.client_name = "test";
  return setup;
}

std::unique_ptr<OutgoingPacket> packet_of(PacketPool& pool, int64_t seqno, int64_t offset,
                                          std::string_view data, bool last = false) {
  auto packet = pool.take();
  packet->begin(offset, 65536);
  packet->append(as_bytes(data));
  packet->seal(seqno, last);
  return packet;
}

TEST(WritePipeline, sends_packets_in_order_and_counts_what_every_datanode_has) {
  std::string stored;
  proto::OpWriteBlockProto request;
  ScriptedDatanode node([&](DatanodeConnection& client) {
    if (!accept_write(client, &request)) return;
    Received packet;
    while (take_packet(client, &packet)) {
      stored += packet.data;
      acknowledge(client, packet.header.seqno, {proto::SUCCESS, proto::SUCCESS});
      if (packet.header.last_in_block) return;
    }
  });
  PacketPool pool({}, 1024);
  PipelineFault fault;
  auto pipeline = WritePipeline::open(setup_for(node), pool, fault, in_time());
  ASSERT_TRUE(pipeline) << pipeline.status().to_string();
  std::string sent;
  for (int64_t i = 0; i < 300; ++i) {
    const std::string data(static_cast<size_t>(i % 1000 + 1), static_cast<char>('a' + i % 26));
    const auto offset = static_cast<int64_t>(sent.size());
    ASSERT_TRUE((*pipeline)->send(packet_of(pool, i, offset, data), in_time()).is_ok());
    sent += data;
  }
  ASSERT_TRUE((*pipeline)->wait_acked(in_time()).is_ok());
  EXPECT_EQ((*pipeline)->acked_bytes(), static_cast<int64_t>(sent.size()));
  ASSERT_TRUE(
      (*pipeline)
          ->send(packet_of(pool, 300, static_cast<int64_t>(sent.size()), "", true), in_time())
          .is_ok());
  ASSERT_TRUE((*pipeline)->wait_acked(in_time()).is_ok());
  EXPECT_TRUE(stored == sent);
  // The first DataNode's storage stands by itself, the lists are of those behind it.
  EXPECT_EQ(request.storageid(), "DS-first");
  ASSERT_EQ(request.targets_size(), 1);
  EXPECT_EQ(request.targetstorageids(0), "DS-second");
  EXPECT_EQ(request.targetstoragetypes_size(), 1);
}

TEST(WritePipeline, waits_while_too_many_packets_are_in_flight) {
  ScriptedDatanode node([](DatanodeConnection& client) {
    proto::OpWriteBlockProto request;
    if (accept_write(client, &request)) wait_for_the_end(client);
  });
  PacketPool pool({}, 1024);
  PipelineFault fault;
  PipelineSetup setup = setup_for(node);
  setup.max_packets_in_flight = 3;
  auto pipeline = WritePipeline::open(setup, pool, fault, in_time());
  ASSERT_TRUE(pipeline) << pipeline.status().to_string();
  for (int64_t i = 0; i < 3; ++i)
    ASSERT_TRUE((*pipeline)->send(packet_of(pool, i, i, "x"), in_time()).is_ok());
  const auto briefly = [] { return Deadline::after(milliseconds(20)); };
  EXPECT_EQ((*pipeline)->send(packet_of(pool, 3, 3, "x"), briefly()).code(),
            Code::kDeadlineExceeded);
  EXPECT_EQ((*pipeline)->wait_acked(briefly()).code(), Code::kDeadlineExceeded);
  EXPECT_EQ((*pipeline)->stop().size(), 4u);
}

TEST(WritePipeline, names_the_datanode_whose_acknowledgement_is_bad_and_returns_the_rest) {
  ScriptedDatanode node([](DatanodeConnection& client) {
    proto::OpWriteBlockProto request;
    if (!accept_write(client, &request)) return;
    Received packet;
    for (int i = 0; i < 3; ++i)
      if (!take_packet(client, &packet)) return;
    acknowledge(client, 0, {proto::SUCCESS, proto::SUCCESS});
    acknowledge(client, 1, {proto::SUCCESS, proto::ERROR});
    wait_for_the_end(client);
  });
  PacketPool pool({}, 1024);
  PipelineFault fault;
  auto pipeline = WritePipeline::open(setup_for(node), pool, fault, in_time());
  ASSERT_TRUE(pipeline) << pipeline.status().to_string();
  for (int64_t i = 0; i < 3; ++i)
    ASSERT_TRUE((*pipeline)->send(packet_of(pool, i, 10 * i, "0123456789"), in_time()).is_ok());
  EXPECT_EQ((*pipeline)->wait_acked(in_time()).code(), Code::kUnavailable);
  EXPECT_EQ((*pipeline)->fault().bad_node, 1u);
  EXPECT_EQ((*pipeline)->acked_bytes(), 10);
  const auto unacked = (*pipeline)->stop();
  ASSERT_EQ(unacked.size(), 2u);
  EXPECT_EQ(unacked[0]->seqno(), 1);
  EXPECT_EQ(as_text(unacked[1]->data()), "0123456789");
}

TEST(WritePipeline, blames_the_first_datanode_when_the_connection_ends) {
  ScriptedDatanode node([](DatanodeConnection& client) {
    proto::OpWriteBlockProto request;
    accept_write(client, &request);
  });
  PacketPool pool({}, 1024);
  PipelineFault fault;
  auto pipeline = WritePipeline::open(setup_for(node), pool, fault, in_time());
  ASSERT_TRUE(pipeline) << pipeline.status().to_string();
  (void)(*pipeline)->send(packet_of(pool, 0, 0, "x"), in_time());
  EXPECT_EQ((*pipeline)->wait_acked(in_time()).code(), Code::kUnavailable);
  EXPECT_EQ((*pipeline)->fault().bad_node, 0u);
}

TEST(WritePipeline, finds_the_bad_link_in_a_refused_setup) {
  ScriptedDatanode node([](DatanodeConnection& client) {
    proto::OpWriteBlockProto request;
    if (!take_request(client, &request)) return;
    proto::BlockOpResponseProto response;
    response.set_status(proto::ERROR);
    response.set_firstbadlink("127.0.0.1:9");
    (void)client.send(response, in_time());
  });
  PacketPool pool({}, 1024);
  PipelineFault fault;
  const auto pipeline = WritePipeline::open(setup_for(node), pool, fault, in_time());
  EXPECT_EQ(pipeline.status().code(), Code::kUnavailable);
  EXPECT_EQ(fault.bad_node, 1u);
  EXPECT_THAT(pipeline.status().to_string(), HasSubstr("127.0.0.1:9"));
}

TEST(WritePipeline, keeps_an_idle_pipeline_alive_with_heartbeats) {
  std::atomic<int> heartbeats{0};
  Mutex mutex;
  Condition beaten;
  ScriptedDatanode node([&](DatanodeConnection& client) {
    proto::OpWriteBlockProto request;
    if (!accept_write(client, &request)) return;
    Received packet;
    while (take_packet(client, &packet)) {
      if (packet.header.seqno == kHeartbeatSeqno) {
        MutexLock lock(mutex);
        ++heartbeats;
        beaten.notify_all();
      }
      acknowledge(client, packet.header.seqno, {proto::SUCCESS, proto::SUCCESS});
    }
  });
  PacketPool pool({}, 1024);
  PipelineFault fault;
  PipelineSetup setup = setup_for(node);
  setup.silence = milliseconds(20);
  auto pipeline = WritePipeline::open(setup, pool, fault, in_time());
  ASSERT_TRUE(pipeline) << pipeline.status().to_string();
  {
    MutexLock lock(mutex);
    const Deadline deadline = in_time();
    while (heartbeats < 3 && beaten.wait(mutex, deadline)) {
    }
  }
  EXPECT_GE(heartbeats, 3);
  EXPECT_TRUE((*pipeline)->send(packet_of(pool, 0, 0, "still here"), in_time()).is_ok());
  EXPECT_TRUE((*pipeline)->wait_acked(in_time()).is_ok());
}

TEST(WritePipeline, refuses_an_acknowledgement_of_what_was_not_sent) {
  ScriptedDatanode node([](DatanodeConnection& client) {
    proto::OpWriteBlockProto request;
    if (!accept_write(client, &request)) return;
    acknowledge(client, 17, {proto::SUCCESS, proto::SUCCESS});
    wait_for_the_end(client);
  });
  PacketPool pool({}, 1024);
  PipelineFault fault;
  auto pipeline = WritePipeline::open(setup_for(node), pool, fault, in_time());
  ASSERT_TRUE(pipeline) << pipeline.status().to_string();
  (void)(*pipeline)->send(packet_of(pool, 0, 0, "x"), in_time());
  EXPECT_FALSE((*pipeline)->wait_acked(in_time()).is_ok());
  EXPECT_EQ((*pipeline)->fault().status.code(), Code::kCorrupt);
}

}  // namespace
}  // namespace howdah::hdfs
