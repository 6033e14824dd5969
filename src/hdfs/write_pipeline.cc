#include "hdfs/write_pipeline.h"

#include <algorithm>

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kSilencePerNode{5'000};
// How long after a failed write the acknowledgement that names the bad DataNode may still come.
constexpr std::chrono::seconds kLastWords{2};
constexpr int kStatusMask = 0xf;  // of an acknowledgement's flag
constexpr int kMaxReplies = 64;

// The status that the i-th DataNode of the pipeline gave.
int status_of(const proto::PipelineAckProto& ack, int i) {
  return i < ack.flag_size() ? static_cast<int>(ack.flag(i)) & kStatusMask : ack.reply(i);
}

std::string status_name(int status) {
  if (!proto::DataTransferStatus_IsValid(status)) return std::to_string(status);
  return proto::DataTransferStatus_Name(static_cast<proto::DataTransferStatus>(status));
}

}  // namespace

Status WritePipeline::request(const PipelineSetup& setup, const ChecksumSpec& checksum,
                              DatanodeConnection& connection, PipelineFault& fault,
                              Deadline deadline) {
  const LocatedBlock& block = setup.block;
  proto::OpWriteBlockProto request;
  auto& header = *request.mutable_header();
  *header.mutable_baseheader()->mutable_block() = to_proto(block.block);
  *header.mutable_baseheader()->mutable_token() = to_proto(block.token);
  header.set_clientname(setup.client_name);
  // The first node's storage stands by itself; the lists go with `targets`, the nodes after it.
  request.set_storagetype(block.storage_types[0]);
  request.set_storageid(block.storage_ids[0]);
  for (size_t i = 1; i < block.nodes.size(); ++i) {
    *request.add_targets() = to_proto(block.nodes[i]);
    request.add_targetstoragetypes(block.storage_types[i]);
    request.add_targetstorageids(block.storage_ids[i]);
  }
  request.set_stage(setup.stage);
  request.set_pipelinesize(static_cast<uint32_t>(block.nodes.size()));
  request.set_minbytesrcvd(static_cast<uint64_t>(setup.acked_bytes));
  request.set_maxbytesrcvd(static_cast<uint64_t>(setup.sent_bytes));
  request.set_latestgenerationstamp(setup.generation_stamp);
  request.mutable_requestedchecksum()->set_type(
      static_cast<proto::ChecksumTypeProto>(checksum.type));
  request.mutable_requestedchecksum()->set_bytesperchecksum(checksum.bytes_per_chunk);
  HOWDAH_TRY(connection.send(TransferOp::kWriteBlock, request, deadline));

  proto::BlockOpResponseProto response;
  HOWDAH_TRY(connection.receive(&response, deadline));
  if (response.status() == proto::SUCCESS && response.firstbadlink().empty()) return Status::ok();
  for (size_t i = 0; i < block.nodes.size(); ++i)
    if (block.nodes[i].transfer_address().to_string() == response.firstbadlink())
      fault.bad_node = i;
  const std::string why = response.message().empty()
                              ? proto::DataTransferStatus_Name(response.status())
                              : response.message().substr(0, 500);
  return Status(response.status() == proto::ERROR_ACCESS_TOKEN ? Code::kTokenExpired
                                                               : Code::kUnavailable,
                "the pipeline was not set up: " + why)
      .with_peer(block.nodes[fault.bad_node].transfer_address().to_string());
}

Result<std::unique_ptr<WritePipeline>> WritePipeline::open(const PipelineSetup& setup,
                                                           PacketPool& pool, PipelineFault& fault,
                                                           Deadline deadline) {
  const auto silence = setup.silence + kSilencePerNode * setup.block.nodes.size();
  fault.bad_node = 0;
  const auto fail = [&](const Status& status) {
    fault.status = status.with_operation("write").with_peer(setup.first_node.to_string());
    return fault.status;
  };
  auto connection = DatanodeConnection::connect(setup.first_node, silence, deadline);
  if (!connection) return fail(connection.status());
  const Status outcome = request(setup, pool.checksum(), **connection, fault, deadline);
  if (!outcome.is_ok()) return fail(outcome);
  return std::unique_ptr<WritePipeline>(new WritePipeline(setup, pool, std::move(*connection)));
}

WritePipeline::WritePipeline(const PipelineSetup& setup, PacketPool& pool,
                             std::unique_ptr<DatanodeConnection> connection)
    : nodes_(setup.block.nodes.size()),
      max_packets_in_flight_(setup.max_packets_in_flight),
      silence_(setup.silence + kSilencePerNode * setup.block.nodes.size()),
      heartbeat_(setup.silence / 2),
      pool_(pool),
      connection_(std::move(connection)),
      acked_bytes_(setup.acked_bytes),
      last_sent_(Deadline::Clock::now()),
      last_acked_(last_sent_) {
  // After the close of a block that was recovered nothing more is said.
  if (setup.stage == proto::OpWriteBlockProto::PIPELINE_CLOSE_RECOVERY) return;
  thread_ = std::jthread([this] { read_acks(); });
}

WritePipeline::~WritePipeline() {
  (void)stop();
}

std::deque<std::unique_ptr<OutgoingPacket>> WritePipeline::stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  connection_->shutdown();
  if (thread_.joinable()) thread_.join();
  MutexLock lock(mutex_);
  return std::move(unacked_);
}

void WritePipeline::set_fault(size_t bad_node, const Status& status) {
  if (!fault_) fault_ = PipelineFault{bad_node, status.with_operation("write")};
  changed_.notify_all();
}

PipelineFault WritePipeline::fault() {
  MutexLock lock(mutex_);
  return fault_.value_or(PipelineFault{0, Status(Code::kUnavailable, "the pipeline ended")});
}

int64_t WritePipeline::acked_bytes() {
  MutexLock lock(mutex_);
  return acked_bytes_;
}

Status WritePipeline::send(std::unique_ptr<OutgoingPacket> packet, Deadline deadline) {
  const auto parts = packet->parts();
  {
    MutexLock lock(mutex_);
    bool in_time = true;
    while (!fault_ && in_time && (sending_ || unacked_.size() >= max_packets_in_flight_))
      in_time = changed_.wait(mutex_, deadline);
    if (unacked_.empty()) last_acked_ = Deadline::Clock::now();  // the silence counts from here
    unacked_.push_back(std::move(packet));
    if (fault_) return fault_->status;
    if (!in_time) return Status(Code::kDeadlineExceeded, "the DataNodes do not keep up");
    sending_ = true;
    last_sent_ = Deadline::Clock::now();
  }
  const Status sent = connection_->send(parts, deadline);
  MutexLock lock(mutex_);
  sending_ = false;
  changed_.notify_all();
  if (sent.is_ok() || deadline.expired()) return sent;
  // The first DataNode may have said which of them failed before it closed the connection.
  const Deadline last_words = Deadline::after(kLastWords);
  while (!fault_ && changed_.wait(mutex_, last_words)) {
  }
  set_fault(0, sent);
  return fault_->status;
}

Status WritePipeline::wait_acked(Deadline deadline) {
  MutexLock lock(mutex_);
  while (!fault_ && !unacked_.empty()) {
    if (!changed_.wait(mutex_, deadline))
      return Status(Code::kDeadlineExceeded, "the DataNodes have not acknowledged everything")
          .with_operation("write");
  }
  return unacked_.empty() ? Status::ok() : fault_->status;
}

// Waits until an acknowledgement begins, and sends heartbeats meanwhile. False: the pipeline ended.
bool WritePipeline::wait_for_ack() {
  for (;;) {
    Deadline::Clock::time_point wake;
    {
      MutexLock lock(mutex_);
      wake = unacked_.empty() ? last_sent_ + heartbeat_ : last_acked_ + silence_;
    }
    const auto byte = connection_->peek(1, DatanodeConnection::kBufferBytes, Deadline::at(wake));
    if (byte) return true;
    {
      MutexLock lock(mutex_);
      if (stopping_) return false;
      if (byte.status().code() != Code::kDeadlineExceeded) {
        set_fault(0, byte.status());
        return false;
      }
      const auto now = Deadline::Clock::now();
      if (!unacked_.empty()) {
        if (now < last_acked_ + silence_) continue;
        set_fault(
            0,
            Status(Code::kUnavailable, "the pipeline fell silent").with_peer(connection_->peer()));
        return false;
      }
      if (now < last_sent_ + heartbeat_ || sending_) continue;
      sending_ = true;
      last_sent_ = now;
    }
    std::array<std::byte, kMaxPacketHeadBytes> head{};
    const size_t length = encode_packet_head({.seqno = kHeartbeatSeqno}, head);
    const Bytes part = Bytes(head).first(length);
    const Status sent = connection_->send({&part, 1}, Deadline::after(silence_));
    MutexLock lock(mutex_);
    sending_ = false;
    changed_.notify_all();
    if (!sent.is_ok()) {
      set_fault(0, sent);
      return false;
    }
  }
}

bool WritePipeline::take_ack(const proto::PipelineAckProto& ack) {
  if (ack.reply_size() > kMaxReplies) {
    set_fault(0, Status(Code::kCorrupt, "the DataNode sent an acknowledgement of too many nodes"));
    return false;
  }
  // From the end: a DataNode that lost the next one says so, and itself is well.
  for (int i = ack.reply_size() - 1; i >= 0; --i) {
    const int status = status_of(ack, i);
    if (status == proto::SUCCESS) continue;
    set_fault(std::min(static_cast<size_t>(i), nodes_ - 1),
              Status(Code::kUnavailable, "DataNode " + std::to_string(i + 1) + " of " +
                                             std::to_string(nodes_) + " in the pipeline answered " +
                                             status_name(status))
                  .with_peer(connection_->peer()));
    return false;
  }
  if (ack.seqno() == kHeartbeatSeqno) return true;
  if (unacked_.empty() || unacked_.front()->seqno() != ack.seqno()) {
    set_fault(0, Status(Code::kCorrupt, "the DataNode acknowledged what was not sent")
                     .with_peer(connection_->peer()));
    return false;
  }
  auto packet = std::move(unacked_.front());
  unacked_.pop_front();
  acked_bytes_ = std::max(acked_bytes_, packet->end_offset());
  last_acked_ = Deadline::Clock::now();
  const bool last = packet->is_last();
  pool_.give(std::move(packet));
  // A sender that waits is not woken for each packet, but for half a window.
  if (unacked_.size() <= max_packets_in_flight_ / 2) changed_.notify_all();
  return !last;
}

void WritePipeline::read_acks() {
  bool more = true;
  while (more && wait_for_ack()) {
    proto::PipelineAckProto ack;
    const Status received = connection_->receive(&ack, Deadline::after(silence_));
    MutexLock lock(mutex_);
    if (received.is_ok()) {
      more = take_ack(ack);
    } else {
      if (!stopping_) set_fault(0, received);
      more = false;
    }
  }
}

}  // namespace howdah::hdfs
