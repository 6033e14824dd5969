#include "hdfs/block_writer.h"

#include <thread>

#include "base/log.h"

namespace howdah::hdfs {
namespace {

using WriteBlock = proto::OpWriteBlockProto;
constexpr int kMaxBlocks = 8;  // that are asked for in place of one that cannot be set up
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kMaxPause{2'000};

// addBlock refuses while the block before has too few replicas; its DataNodes report in a moment.
Result<LocatedBlock> add_block(NamenodeClient& namenode, const FileHandle& file,
                               const std::optional<Block>& previous,
                               const std::vector<DatanodeInfo>& excluded, Deadline deadline) {
  const Deadline patience = deadline.earlier(std::chrono::seconds(60));
  for (auto pause = kFirstPause;; pause = std::min(pause * 2, kMaxPause)) {
    auto block = namenode.add_block(file, previous, excluded, deadline);
    if (block || block.status().code() != Code::kUnavailable || patience.expired() ||
        block.status().message().find("Not replicated yet") == std::string::npos)
      return block;
    std::this_thread::sleep_for(std::min<Deadline::Clock::duration>(pause, patience.left()));
  }
}

bool is_fault_of_a_node(const Status& status, Deadline deadline) {
  return !status.is_ok() && status.code() != Code::kDeadlineExceeded && !deadline.expired();
}

}  // namespace

BlockWriter::BlockWriter(DfsClient& client, const FileHandle& file, LocatedBlock located,
                         PacketPool& pool)
    : client_(client),
      file_(file),
      located_(std::move(located)),
      pool_(pool),
      acked_bytes_(located_.block.length_bytes) {}

PipelineSetup BlockWriter::setup(Stage stage) const {
  PipelineSetup setup;
  setup.block = located_;
  setup.block.block.length_bytes = acked_bytes_;
  setup.first_node = client_.transfer_address(located_.nodes.front());
  setup.stage = stage;
  setup.generation_stamp = located_.block.generation_stamp;
  setup.acked_bytes = acked_bytes_;
  setup.sent_bytes = located_.block.length_bytes;
  setup.client_name = file_.holder;
  setup.silence = client_.options().write_silence;
  setup.max_packets_in_flight = client_.options().max_packets_in_flight;
  return setup;
}

Result<std::unique_ptr<BlockWriter>> BlockWriter::create(DfsClient& client, const FileHandle& file,
                                                         const std::optional<Block>& previous,
                                                         std::vector<DatanodeInfo>& excluded,
                                                         PacketPool& pool, Deadline deadline) {
  for (int blocks = 1;; ++blocks) {
    LocatedBlock located =
        HOWDAH_TRY(add_block(client.namenode(), file, previous, excluded, deadline));
    if (located.nodes.empty())
      return Status(Code::kUnavailable, "the NameNode found no DataNode for a block")
          .with_operation("addBlock")
          .with_advice("are enough DataNodes running, and do they have space?");
    located.block.length_bytes = 0;
    std::unique_ptr<BlockWriter> writer(new BlockWriter(client, file, std::move(located), pool));
    PipelineFault fault;
    auto pipeline = WritePipeline::open(writer->setup(WriteBlock::PIPELINE_SETUP_CREATE), pool,
                                        fault, deadline);
    if (pipeline) {
      writer->pipeline_ = std::move(*pipeline);
      return writer;
    }
    if (!is_fault_of_a_node(pipeline.status(), deadline) || blocks == kMaxBlocks)
      return pipeline.status();
    log::warning("{}: another block is asked for after {}", file.path, fault.status.to_string());
    HOWDAH_TRY(client.namenode().abandon_block(file, writer->block(), deadline));
    excluded.push_back(writer->located_.nodes[fault.bad_node]);
  }
}

Result<std::unique_ptr<BlockWriter>> BlockWriter::append(DfsClient& client, const FileHandle& file,
                                                         LocatedBlock block, PacketPool& pool,
                                                         Deadline deadline) {
  if (block.nodes.empty())
    return Status(Code::kUnavailable, "no DataNode holds the last block")
        .with_operation("append")
        .with_advice("see `hdfs fsck " + file.path + "`");
  std::unique_ptr<BlockWriter> writer(new BlockWriter(client, file, std::move(block), pool));
  HOWDAH_TRY(writer->set_up_again(WriteBlock::PIPELINE_SETUP_APPEND, deadline));
  return writer;
}

Status BlockWriter::drop_node(const PipelineFault& fault) {
  auto& nodes = located_.nodes;
  const auto bad = static_cast<std::ptrdiff_t>(fault.bad_node);
  log::warning("{}: {} leaves the pipeline of {} after {}", file_.path,
               nodes[fault.bad_node].transfer_address().to_string(), located_.block.to_string(),
               fault.status.to_string());
  nodes.erase(nodes.begin() + bad);
  located_.storage_types.erase(located_.storage_types.begin() + bad);
  located_.storage_ids.erase(located_.storage_ids.begin() + bad);
  if (!nodes.empty()) return Status::ok();
  return Status(Code::kUnavailable,
                "every DataNode of the pipeline failed, the last: " + fault.status.message())
      .with_operation("write")
      .with_peer(fault.status.peer());
}

Status BlockWriter::set_up_again(Stage stage, Deadline deadline) {
  for (;;) {
    const auto fresh =
        HOWDAH_TRY(client_.namenode().update_block_for_pipeline(file_, located_.block, deadline));
    located_.token = fresh.token;
    PipelineSetup again = setup(stage);
    again.generation_stamp = fresh.generation_stamp;
    PipelineFault fault;
    auto pipeline = WritePipeline::open(again, pool_, fault, deadline);
    if (pipeline) {
      Block old_block = located_.block, new_block = located_.block;
      old_block.length_bytes = new_block.length_bytes = acked_bytes_;
      new_block.generation_stamp = fresh.generation_stamp;
      HOWDAH_TRY(
          client_.namenode().update_pipeline(file_, old_block, new_block, located_, deadline));
      located_.block.generation_stamp = new_block.generation_stamp;
      pipeline_ = std::move(*pipeline);
      return Status::ok();
    }
    if (!is_fault_of_a_node(pipeline.status(), deadline)) return pipeline.status();
    HOWDAH_TRY(drop_node(fault));
    // Some of the DataNodes may have opened their replicas already.
    if (stage == WriteBlock::PIPELINE_SETUP_APPEND)
      stage = WriteBlock::PIPELINE_SETUP_APPEND_RECOVERY;
  }
}

// Brings a failed pipeline's packets to the DataNodes that are left.
Status BlockWriter::recover(Stage stage, Deadline deadline) {
  std::deque<std::unique_ptr<OutgoingPacket>> unsent;
  for (;;) {
    const PipelineFault fault = pipeline_->fault();
    acked_bytes_ = pipeline_->acked_bytes();
    auto unacked = pipeline_->stop();
    for (auto packet = unacked.rbegin(); packet != unacked.rend(); ++packet)
      unsent.push_front(std::move(*packet));
    pipeline_.reset();
    HOWDAH_TRY(drop_node(fault));
    HOWDAH_TRY(set_up_again(stage, deadline));
    // Closing: the DataNodes had all data, and finished their replicas at the new stamp.
    if (stage == WriteBlock::PIPELINE_CLOSE_RECOVERY) return Status::ok();
    Status sent;
    while (sent.is_ok() && !unsent.empty()) {
      auto packet = std::move(unsent.front());
      unsent.pop_front();
      sent = pipeline_->send(std::move(packet), deadline);
    }
    if (!is_fault_of_a_node(sent, deadline)) return sent;
  }
}

Status BlockWriter::send(std::unique_ptr<OutgoingPacket> packet, Deadline deadline) {
  if (!pipeline_) return Status(Code::kUnavailable, "the block has no pipeline any more");
  located_.block.length_bytes = std::max(located_.block.length_bytes, packet->end_offset());
  const Status sent = pipeline_->send(std::move(packet), deadline);
  if (!is_fault_of_a_node(sent, deadline)) return sent;
  return recover(WriteBlock::PIPELINE_SETUP_STREAMING_RECOVERY, deadline);
}

Status BlockWriter::flush(Deadline deadline) {
  for (;;) {
    if (!pipeline_) return Status(Code::kUnavailable, "the block has no pipeline any more");
    const Status acked = pipeline_->wait_acked(deadline);
    if (!is_fault_of_a_node(acked, deadline)) return acked;
    HOWDAH_TRY(recover(WriteBlock::PIPELINE_SETUP_STREAMING_RECOVERY, deadline));
  }
}

Status BlockWriter::close(std::unique_ptr<OutgoingPacket> last, Deadline deadline) {
  // All data first: after a fault in the very end each DataNode's replica is whole, finished or
  // not.
  HOWDAH_TRY(flush(deadline));
  Status outcome = pipeline_->send(std::move(last), deadline);
  if (outcome.is_ok()) outcome = pipeline_->wait_acked(deadline);
  if (is_fault_of_a_node(outcome, deadline))
    outcome = recover(WriteBlock::PIPELINE_CLOSE_RECOVERY, deadline);
  pipeline_.reset();
  return outcome;
}

}  // namespace howdah::hdfs
