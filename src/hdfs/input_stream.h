// A file of HDFS, read. Hadoop: DFSInputStream.
//
// Reads that follow one another keep one connection streaming to the block's end; a read elsewhere
// asks for its own bytes only, over a connection that is used again. A replica that fails or is
// corrupt is left for another (a corrupt one is reported to the NameNode); when none is left, the
// locations are fetched again.
//
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/mutex.h"
#include "hdfs/block_reader.h"
#include "hdfs/dfs_client.h"

namespace howdah::hdfs {

class InputStream {
 public:
  // Of a file being written, its length is what its writer has flushed by now.
  //   kNotFound;  kFailedPrecondition  a directory;  kUnsupported  erasure-coded, encrypted, or
  //   DataNodes that demand SASL
  static Result<std::unique_ptr<InputStream>> open(std::shared_ptr<DfsClient> client,
                                                   const std::string& path, Deadline deadline);

  int64_t length_bytes() const { return length_; }
  // Fills `into` as far as the file reaches; 0 at the end.
  //   kChecksum     every replica of a block is corrupt
  //   kUnavailable  no replica can be reached
  //   kAborted      the file was replaced by another meanwhile
  Result<size_t> read_at(int64_t offset_bytes, MutableBytes into, Deadline deadline);

 private:
  using Blocks = std::shared_ptr<const LocatedBlocks>;
  // A reader in the middle of its block, and the DataNode that it reads from.
  struct Reading {
    uint64_t block_id = 0;
    DatanodeInfo node;
    std::unique_ptr<BlockReader> reader;  // null: none
  };
  // What went wrong with the replicas of the block at hand.
  struct Faults {
    int rounds = 0;  // how often the locations were fetched again
    bool checksum = false;
    Status last;
  };

  InputStream(std::shared_ptr<DfsClient> client, std::string path, Blocks blocks);

  static Result<Blocks> fetch_blocks(DfsClient& client, const std::string& path, Deadline deadline);
  Result<size_t> read_block(int64_t offset, MutableBytes into, Deadline deadline);
  // The reading that goes on at the offset, or a new one from the nearest good replica. Without a
  // reader when every replica has failed: then `faults` says why.
  Result<Reading> start_reading(const LocatedBlock& block, int64_t offset, size_t length,
                                Faults& faults, Deadline deadline);
  void note_fault(const LocatedBlock& block, const DatanodeInfo& node, const Status& fault,
                  Deadline deadline);
  // kOk, or why the replica is left alone.
  Code fault_of(const LocatedBlock& block, const DatanodeInfo& node);
  Status fetch_again(Faults& faults, Deadline deadline);
  void keep(Reading reading);

  const std::shared_ptr<DfsClient> client_;
  const std::string path_;
  const int64_t length_;
  Mutex mutex_;
  Blocks blocks_ HOWDAH_GUARDED_BY(mutex_);
  std::vector<Reading> idle_ HOWDAH_GUARDED_BY(mutex_);  // oldest first
  int64_t last_end_ HOWDAH_GUARDED_BY(mutex_) = 0;       // where the last read stopped
  // DataNodes that could not be reached, and replicas (block, DataNode) that are gone or corrupt.
  std::set<std::string> dead_nodes_ HOWDAH_GUARDED_BY(mutex_);
  std::map<std::pair<uint64_t, std::string>, Code> bad_replicas_ HOWDAH_GUARDED_BY(mutex_);
};

}  // namespace howdah::hdfs
