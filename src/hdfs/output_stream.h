// A file of HDFS, written. Hadoop: DFSOutputStream.
//
// Bytes are copied once, into packets; a packet's checksums are computed once. Where a flush ends
// inside a checksum chunk, the next packet repeats that chunk from its beginning; an append to such
// a chunk, whose beginning is not at hand, fills it with a packet of its own.
//
// Not thread-safe: a file belongs to one thread. After an error every call returns it again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "hdfs/block_writer.h"
#include "hdfs/dfs_client.h"

namespace howdah::hdfs {

class OutputStream {
 public:
  // Replication and block size 0 are the configuration's, else the NameNode's default.
  //   kInvalidArgument  a block size that is no multiple of the checksum's chunk
  static Result<std::unique_ptr<OutputStream>> create(std::shared_ptr<DfsClient> client,
                                                      const std::string& path,
                                                      NamenodeClient::CreateFile file,
                                                      Deadline deadline);
  static Result<std::unique_ptr<OutputStream>> append(std::shared_ptr<DfsClient> client,
                                                      const std::string& path, Deadline deadline);
  // Without close() the file is abandoned: its lease runs out.
  ~OutputStream();

  Status write(Bytes bytes, Deadline deadline);
  // Hadoop's hflush: every DataNode of the pipeline has it, and readers see it.
  Status flush(Deadline deadline);
  Status close(Deadline deadline);
  int64_t position() const { return position_; }

 private:
  OutputStream(std::shared_ptr<DfsClient> client, FileHandle file, int64_t block_size_bytes);
  Status write_unbroken(Bytes bytes, Deadline deadline);
  Status flush_unbroken(Deadline deadline);
  Status close_unbroken(Deadline deadline);
  Status start_block(Deadline deadline);
  Status end_block(Deadline deadline);
  void start_packet();
  Status send_packet(Deadline deadline);
  // Sends what the packet holds beyond repeated bytes, and remembers an open chunk.
  Status send_partial_packet(Deadline deadline);
  Status complete(Deadline deadline);

  const std::shared_ptr<DfsClient> client_;
  const FileHandle file_;
  const int64_t block_size_bytes_;
  PacketPool pool_;
  std::vector<DatanodeInfo> excluded_;  // DataNodes that failed while this file was written
  std::unique_ptr<BlockWriter> block_;  // null: between two blocks
  std::optional<Block> last_block_;     // that is complete
  std::unique_ptr<OutgoingPacket> packet_;
  int64_t position_ = 0;        // in the file
  int64_t block_position_ = 0;  // in the block, of the next byte
  int64_t next_seqno_ = 0;
  std::string open_chunk_;    // the chunk in which the last flush ended, up to there
  bool unpersisted_ = false;  // the NameNode's journal does not have this block yet
  Status broken_;
};

}  // namespace howdah::hdfs
