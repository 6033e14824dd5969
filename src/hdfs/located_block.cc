#include "hdfs/located_block.h"

#include <limits>

namespace howdah::hdfs {
namespace {

constexpr uint64_t kMaxLength = uint64_t{1} << 60;

Status corrupt(const char* what) {
  return Status(Code::kCorrupt, std::string("the NameNode sent ") + what);
}

Result<DatanodeInfo> from_proto(const proto::DatanodeInfoProto& message) {
  const proto::DatanodeIDProto& id = message.id();
  constexpr uint32_t kMaxPort = std::numeric_limits<uint16_t>::max();
  if (id.xferport() == 0 || id.xferport() > kMaxPort || id.ipcport() > kMaxPort)
    return corrupt("a DataNode with an impossible port");
  DatanodeInfo node;
  node.ip = id.ipaddr();
  node.host_name = id.hostname();
  node.uuid = id.datanodeuuid();
  node.rack = message.location();
  node.transfer_port = static_cast<uint16_t>(id.xferport());
  node.info_port = static_cast<uint16_t>(id.infoport());
  node.rpc_port = static_cast<uint16_t>(id.ipcport());
  return node;
}

}  // namespace

std::string Block::to_string() const {
  return "blk_" + std::to_string(id) + "_" + std::to_string(generation_stamp);
}

proto::ExtendedBlockProto to_proto(const Block& block) {
  proto::ExtendedBlockProto message;
  message.set_poolid(block.pool);
  message.set_blockid(block.id);
  message.set_generationstamp(block.generation_stamp);
  message.set_numbytes(static_cast<uint64_t>(block.length_bytes));
  return message;
}

proto::DatanodeInfoProto to_proto(const DatanodeInfo& node) {
  proto::DatanodeInfoProto message;
  proto::DatanodeIDProto& id = *message.mutable_id();
  id.set_ipaddr(node.ip);
  id.set_hostname(node.host_name);
  id.set_datanodeuuid(node.uuid);
  id.set_xferport(node.transfer_port);
  id.set_infoport(node.info_port);
  id.set_ipcport(node.rpc_port);
  if (!node.rack.empty()) message.set_location(node.rack);
  return message;
}

hadoop::proto::TokenProto to_proto(const hadoop::Token& token) {
  hadoop::proto::TokenProto message;
  message.set_identifier(token.identifier);
  message.set_password(token.password);
  message.set_kind(token.kind);
  message.set_service(token.service);
  return message;
}

hadoop::Token from_proto(const hadoop::proto::TokenProto& message) {
  return {message.identifier(), message.password(), message.kind(), message.service()};
}

proto::LocatedBlockProto to_proto(const LocatedBlock& block) {
  proto::LocatedBlockProto message;
  *message.mutable_b() = to_proto(block.block);
  message.set_offset(static_cast<uint64_t>(block.offset_bytes));
  message.set_corrupt(block.corrupt);
  *message.mutable_blocktoken() = to_proto(block.token);
  for (const DatanodeInfo& node : block.nodes) *message.add_locs() = to_proto(node);
  for (const auto type : block.storage_types) message.add_storagetypes(type);
  for (const std::string& id : block.storage_ids) message.add_storageids(id);
  return message;
}

Result<LocatedBlock> from_proto(const proto::LocatedBlockProto& message) {
  if (message.b().numbytes() > kMaxLength || message.offset() > kMaxLength)
    return corrupt("a block of impossible length or offset");
  LocatedBlock located;
  located.block.pool = message.b().poolid();
  located.block.id = message.b().blockid();
  located.block.generation_stamp = message.b().generationstamp();
  located.block.length_bytes = static_cast<int64_t>(message.b().numbytes());
  located.offset_bytes = static_cast<int64_t>(message.offset());
  located.corrupt = message.corrupt();
  located.token = from_proto(message.blocktoken());
  for (int i = 0; i < message.locs_size(); ++i) {
    located.nodes.push_back(HOWDAH_TRY(from_proto(message.locs(i))));
    // Old NameNodes leave these out; they are given back as they came, one for each node.
    located.storage_types.push_back(i < message.storagetypes_size() ? message.storagetypes(i)
                                                                    : proto::DISK);
    located.storage_ids.push_back(i < message.storageids_size() ? message.storageids(i) : "");
  }
  return located;
}

Result<LocatedBlocks> from_proto(const proto::LocatedBlocksProto& message) {
  if (message.has_ecpolicy())
    return Status(Code::kUnsupported, "the file is erasure-coded")
        .with_advice("copy it to a directory without an erasure-coding policy");
  if (message.has_fileencryptioninfo())
    return Status(Code::kUnsupported, "the file lies in an encryption zone")
        .with_advice("copy it out of the zone");
  LocatedBlocks located;
  located.under_construction = message.underconstruction();
  located.last_block_complete = message.islastblockcomplete();
  for (const auto& block : message.blocks())
    located.blocks.push_back(HOWDAH_TRY(from_proto(block)));
  // The block being written may stand in lastBlock alone or in both.
  if (message.has_lastblock() && !located.last_block_complete) {
    LocatedBlock last = HOWDAH_TRY(from_proto(message.lastblock()));
    if (located.blocks.empty() || located.blocks.back().block.id != last.block.id) {
      located.blocks.push_back(std::move(last));
    } else {
      located.blocks.back() = std::move(last);
    }
  }
  int64_t end = located.blocks.empty() ? 0 : located.blocks.front().offset_bytes;
  for (const LocatedBlock& block : located.blocks) {
    if (block.offset_bytes != end) return corrupt("blocks that do not follow one another");
    end = block.end_bytes();
    if (static_cast<uint64_t>(end) > kMaxLength) return corrupt("a file of impossible length");
  }
  located.length_bytes = end;
  return located;
}

}  // namespace howdah::hdfs
