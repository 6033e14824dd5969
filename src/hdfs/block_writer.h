// Writes one block: its pipeline of DataNodes, and the next pipeline when one of them fails.
// Hadoop: DataStreamer.
//
// A pipeline that fails goes on without the DataNode that failed, as long as one is left: the
// NameNode gives the block a new generation stamp, so that what the lost one holds no longer
// counts; packets that were not acknowledged are sent again. The NameNode makes up for lost
// replicas when the block is complete.
//
// Not thread-safe: a writer belongs to one stream.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "hdfs/dfs_client.h"
#include "hdfs/write_pipeline.h"

namespace howdah::hdfs {

class BlockWriter {
 public:
  // Takes a new block from the NameNode. A DataNode that cannot be reached joins `excluded`, and
  // another block is asked for.
  //   kUnavailable  no DataNode takes the block
  static Result<std::unique_ptr<BlockWriter>> create(DfsClient& client, const FileHandle& file,
                                                     const std::optional<Block>& previous,
                                                     std::vector<DatanodeInfo>& excluded,
                                                     PacketPool& pool, Deadline deadline);
  // Goes on with the last block of a file, where NamenodeClient::append has opened it.
  static Result<std::unique_ptr<BlockWriter>> append(DfsClient& client, const FileHandle& file,
                                                     LocatedBlock block, PacketPool& pool,
                                                     Deadline deadline);

  // A sealed packet; returns when it is on its way.
  //   kUnavailable  no DataNode of the pipeline is left
  Status send(std::unique_ptr<OutgoingPacket> packet, Deadline deadline);
  // Until every DataNode of the pipeline has what was sent.
  Status flush(Deadline deadline);
  // Ends the block. The packet is sealed as the last one.
  Status close(std::unique_ptr<OutgoingPacket> last, Deadline deadline);

  // With its stamp and the length that was sent.
  const Block& block() const { return located_.block; }
  const std::vector<DatanodeInfo>& nodes() const { return located_.nodes; }

 private:
  using Stage = PipelineSetup::Stage;
  BlockWriter(DfsClient& client, const FileHandle& file, LocatedBlock located, PacketPool& pool);
  PipelineSetup setup(Stage stage) const;
  // A pipeline in place of one that failed, or that an append needs; `stage` says which.
  Status set_up_again(Stage stage, Deadline deadline);
  Status recover(Stage stage, Deadline deadline);
  Status drop_node(const PipelineFault& fault);

  DfsClient& client_;
  const FileHandle file_;
  LocatedBlock located_;
  PacketPool& pool_;
  int64_t acked_bytes_ = 0;
  std::unique_ptr<WritePipeline> pipeline_;
};

}  // namespace howdah::hdfs
