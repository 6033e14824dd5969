// One connection to a block's pipeline of DataNodes: packets out, acknowledgements in. It lives
// until its block ends or one of its DataNodes fails; block_writer.h sets up the next one.
//
// DataTransfer version 28, op WRITE_BLOCK (80); Hadoop: DataStreamer and its ResponseProcessor.
// send() and wait_acked() belong to one thread; a thread of its own reads the acknowledgements and
// keeps the pipeline alive with heartbeats while nothing is written.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/located_block.h"
#include "hdfs/outgoing_packet.h"
#include "hdfs/proto/datatransfer.pb.h"

namespace howdah::hdfs {

struct PipelineSetup {
  using Stage = proto::OpWriteBlockProto::BlockConstructionStage;
  LocatedBlock block;  // nodes in the pipeline's order; the stamp that the replicas have now
  net::Address first_node;
  Stage stage = proto::OpWriteBlockProto::PIPELINE_SETUP_CREATE;
  uint64_t generation_stamp = 0;  // that they get
  int64_t acked_bytes = 0;        // what every DataNode has
  int64_t sent_bytes = 0;         // what any of them may have
  std::string client_name;
  std::chrono::milliseconds silence{60'000};  // per wait, without what the nodes add to it
  size_t max_packets_in_flight = 80;
};

// Which DataNode of the pipeline to leave out, and why.
struct PipelineFault {
  size_t bad_node = 0;
  Status status;
};

class WritePipeline {
 public:
  // Connects to the first node, which connects to the next, and so on. On an error `fault` names
  // the node; kDeadlineExceeded: the call's own time is over, which is nobody's fault.
  //   kUnavailable   a DataNode cannot be reached, or refuses
  //   kTokenExpired  the block's token
  static Result<std::unique_ptr<WritePipeline>> open(const PipelineSetup& setup, PacketPool& pool,
                                                     PipelineFault& fault, Deadline deadline);
  ~WritePipeline();

  // Sends a sealed packet and keeps it until it is acknowledged, as it does when it returns an
  // error. Waits while too many packets are in flight.
  //   kUnavailable  the pipeline failed: see fault()
  Status send(std::unique_ptr<OutgoingPacket> packet, Deadline deadline);
  // Until every packet is acknowledged. Errors as above.
  Status wait_acked(Deadline deadline);

  // After an error of send or wait_acked that is not kDeadlineExceeded.
  PipelineFault fault();
  int64_t acked_bytes();
  // Ends connection and thread; returns what was not acknowledged, in its order. No call but the
  // destructor afterwards.
  std::deque<std::unique_ptr<OutgoingPacket>> stop();

 private:
  WritePipeline(const PipelineSetup& setup, PacketPool& pool,
                std::unique_ptr<DatanodeConnection> connection);
  static Status request(const PipelineSetup& setup, const ChecksumSpec& checksum,
                        DatanodeConnection& connection, PipelineFault& fault, Deadline deadline);
  void read_acks();
  // False when the pipeline has ended.
  bool take_ack(const proto::PipelineAckProto& ack) HOWDAH_REQUIRES(mutex_);
  bool wait_for_ack();
  void set_fault(size_t bad_node, const Status& status) HOWDAH_REQUIRES(mutex_);

  const size_t nodes_;
  const size_t max_packets_in_flight_;
  const std::chrono::milliseconds silence_;
  const std::chrono::milliseconds heartbeat_;
  PacketPool& pool_;
  const std::unique_ptr<DatanodeConnection> connection_;
  Mutex mutex_;
  Condition changed_;
  std::deque<std::unique_ptr<OutgoingPacket>> unacked_ HOWDAH_GUARDED_BY(mutex_);
  int64_t acked_bytes_ HOWDAH_GUARDED_BY(mutex_);
  std::optional<PipelineFault> fault_ HOWDAH_GUARDED_BY(mutex_);
  bool sending_ HOWDAH_GUARDED_BY(mutex_) = false;  // somebody uses the socket's writing side
  bool stopping_ HOWDAH_GUARDED_BY(mutex_) = false;
  Deadline::Clock::time_point last_sent_ HOWDAH_GUARDED_BY(mutex_);
  Deadline::Clock::time_point last_acked_ HOWDAH_GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace howdah::hdfs
