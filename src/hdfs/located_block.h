// Blocks and where their replicas lie. Hadoop: ExtendedBlock, DatanodeInfo, LocatedBlock,
// LocatedBlocks. Value types.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "hadoop/credentials.h"
#include "hdfs/proto/hdfs.pb.h"
#include "net/address.h"

namespace howdah::hdfs {

struct Block {
  std::string pool;
  uint64_t id = 0;
  uint64_t generation_stamp = 0;  // raised by each append and recovery
  int64_t length_bytes = 0;

  // "blk_1073741825_1001", as Hadoop's logs have it.
  std::string to_string() const;
};

struct DatanodeInfo {
  std::string ip, host_name, uuid, rack;
  uint16_t transfer_port = 0, info_port = 0, rpc_port = 0;

  net::Address transfer_address() const { return {ip, transfer_port}; }
  net::Address rpc_address() const { return {ip, rpc_port}; }
  bool operator==(const DatanodeInfo& other) const { return uuid == other.uuid; }
};

struct LocatedBlock {
  Block block;
  int64_t offset_bytes = 0;         // in the file
  std::vector<DatanodeInfo> nodes;  // nearest first
  // Parallel to nodes.
  std::vector<proto::StorageTypeProto> storage_types;
  std::vector<std::string> storage_ids;
  bool corrupt = false;  // every replica is known to be corrupt
  hadoop::Token token;

  int64_t end_bytes() const { return offset_bytes + block.length_bytes; }
};

struct LocatedBlocks {
  int64_t length_bytes = 0;          // of the complete blocks
  std::vector<LocatedBlock> blocks;  // by offset, without gaps
  // A file being written: its last block, whose length the DataNodes know; it is in `blocks` too.
  bool under_construction = false;
  bool last_block_complete = true;
};

proto::ExtendedBlockProto to_proto(const Block& block);
proto::DatanodeInfoProto to_proto(const DatanodeInfo& node);
hadoop::proto::TokenProto to_proto(const hadoop::Token& token);
proto::LocatedBlockProto to_proto(const LocatedBlock& block);

//   kCorrupt  a port, length or offset out of its range
Result<LocatedBlock> from_proto(const proto::LocatedBlockProto& block);
//   kCorrupt     as above, or blocks that do not follow one another
//   kUnsupported erasure-coded, or in an encryption zone
Result<LocatedBlocks> from_proto(const proto::LocatedBlocksProto& blocks);
hadoop::Token from_proto(const hadoop::proto::TokenProto& token);

}  // namespace howdah::hdfs
