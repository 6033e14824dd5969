#include "hdfs/input_stream.h"

#include <algorithm>
#include <thread>

#include "base/log.h"

namespace howdah::hdfs {
namespace {

constexpr size_t kMaxIdleReadings = 2;
constexpr int kMaxRounds = 3;
constexpr std::chrono::milliseconds kFirstPause{200};  // before locations are fetched again

const LocatedBlock& block_at(const LocatedBlocks& blocks, int64_t offset) {
  const auto after = std::upper_bound(
      blocks.blocks.begin(), blocks.blocks.end(), offset,
      [](int64_t wanted, const LocatedBlock& block) { return wanted < block.offset_bytes; });
  return *std::prev(after);
}

}  // namespace

InputStream::InputStream(std::shared_ptr<DfsClient> client, std::string path, Blocks blocks)
    : client_(std::move(client)),
      path_(std::move(path)),
      length_(blocks->length_bytes),
      blocks_(std::move(blocks)) {}

Result<InputStream::Blocks> InputStream::fetch_blocks(DfsClient& client, const std::string& path,
                                                      Deadline deadline) {
  LocatedBlocks blocks = HOWDAH_TRY(client.namenode().get_block_locations(path, deadline));
  if (!blocks.last_block_complete && !blocks.blocks.empty()) {
    LocatedBlock& last = blocks.blocks.back();
    last.block.length_bytes = HOWDAH_TRY(client.visible_length(last, deadline));
    blocks.length_bytes = last.end_bytes();
  }
  // The NameNode has put the nearest first; but it may not know that we share a DataNode's machine
  // (its network topology is by host name, ours by address).
  for (LocatedBlock& block : blocks.blocks) {
    const auto local =
        std::find_if(block.nodes.begin(), block.nodes.end(),
                     [&](const DatanodeInfo& node) { return client.is_local(node); });
    if (local == block.nodes.end()) continue;
    const auto at = static_cast<size_t>(local - block.nodes.begin());
    const auto to_front = [at](auto& list) {
      const auto it = list.begin() + static_cast<std::ptrdiff_t>(at);
      std::rotate(list.begin(), it, it + 1);
    };
    to_front(block.nodes);
    to_front(block.storage_types);
    to_front(block.storage_ids);
  }
  return std::make_shared<const LocatedBlocks>(std::move(blocks));
}

Result<std::unique_ptr<InputStream>> InputStream::open(std::shared_ptr<DfsClient> client,
                                                       const std::string& path, Deadline deadline) {
  HOWDAH_TRY(client->server_defaults(deadline));
  Blocks blocks = HOWDAH_TRY(fetch_blocks(*client, path, deadline));
  return std::unique_ptr<InputStream>(new InputStream(std::move(client), path, std::move(blocks)));
}

Result<size_t> InputStream::read_at(int64_t offset_bytes, MutableBytes into, Deadline deadline) {
  if (offset_bytes < 0) return Status(Code::kInvalidArgument, "a negative offset").with_peer(path_);
  if (offset_bytes >= length_) return size_t{0};
  into = into.first(std::min(into.size(), static_cast<size_t>(length_ - offset_bytes)));
  size_t have = 0;
  while (have < into.size()) {
    auto count =
        read_block(offset_bytes + static_cast<int64_t>(have), into.subspan(have), deadline);
    if (!count) return count.status();
    have += *count;
  }
  return have;
}

// At least one byte, of one block.
Result<size_t> InputStream::read_block(int64_t offset, MutableBytes into, Deadline deadline) {
  Faults faults;
  for (;;) {
    Blocks blocks;
    {
      MutexLock lock(mutex_);
      blocks = blocks_;
    }
    const LocatedBlock& block = block_at(*blocks, offset);
    const int64_t end = std::min(block.end_bytes(), length_);
    const auto length = std::min(into.size(), static_cast<size_t>(end - offset));
    Reading reading = HOWDAH_TRY(start_reading(block, offset, length, faults, deadline));
    if (!reading.reader) {
      HOWDAH_TRY(fetch_again(faults, deadline));
      continue;
    }
    size_t have = 0;
    while (have < length) {
      const auto count = reading.reader->read(into.subspan(have, length - have), deadline);
      if (!count) {
        if (deadline.expired()) return count.status();
        faults.last = count.status();
        faults.checksum |= count.status().code() == Code::kChecksum;
        note_fault(block, reading.node, count.status(), deadline);
        reading.reader.reset();
        break;
      }
      if (*count == 0) break;
      have += *count;
    }
    if (have == 0) continue;
    {
      MutexLock lock(mutex_);
      last_end_ = offset + static_cast<int64_t>(have);
    }
    if (reading.reader && reading.reader->position() < reading.reader->end())
      keep(std::move(reading));
    return have;
  }
}

Result<InputStream::Reading> InputStream::start_reading(const LocatedBlock& block, int64_t offset,
                                                        size_t length, Faults& faults,
                                                        Deadline deadline) {
  const int64_t begin = offset - block.offset_bytes;
  const int64_t block_end = std::min(block.end_bytes(), length_) - block.offset_bytes;
  bool sequential = false;
  {
    MutexLock lock(mutex_);
    for (auto idle = idle_.begin(); idle != idle_.end(); ++idle) {
      if (idle->block_id != block.block.id || idle->reader->position() != begin) continue;
      Reading found = std::move(*idle);
      idle_.erase(idle);
      return found;
    }
    sequential = offset == 0 || offset == last_end_;
  }
  const ByteRange range{begin, sequential ? block_end : begin + static_cast<int64_t>(length)};
  std::vector<const DatanodeInfo*> usable;
  faults.checksum |= block.corrupt;
  for (const DatanodeInfo& node : block.nodes) {
    const Code fault = fault_of(block, node);
    if (fault == Code::kOk) usable.push_back(&node);
    faults.checksum |= fault == Code::kChecksum;
  }
  for (const DatanodeInfo* node : usable) {
    // While there is another replica, a silent DataNode may take only half of the time left.
    ReadOptions options{client_->options().user.name, client_->options().read_silence};
    if (node != usable.back())
      options.silence =
          std::min(options.silence,
                   std::chrono::duration_cast<std::chrono::milliseconds>(deadline.left() / 2));
    auto reader = BlockReader::open(client_->connections(), block, client_->transfer_address(*node),
                                    range, options, deadline);
    if (reader) return Reading{block.block.id, *node, std::move(*reader)};
    if (deadline.expired()) return reader.status();
    faults.last = reader.status();
    if (reader.status().code() == Code::kTokenExpired) break;  // no replica takes this token
    note_fault(block, *node, reader.status(), deadline);
  }
  return Reading{};
}

Code InputStream::fault_of(const LocatedBlock& block, const DatanodeInfo& node) {
  MutexLock lock(mutex_);
  if (dead_nodes_.contains(node.uuid)) return Code::kUnavailable;
  const auto bad = bad_replicas_.find({block.block.id, node.uuid});
  return bad == bad_replicas_.end() ? Code::kOk : bad->second;
}

void InputStream::note_fault(const LocatedBlock& block, const DatanodeInfo& node,
                             const Status& fault, Deadline deadline) {
  log::warning("{}: another replica is tried after {}", path_, fault.to_string());
  const bool of_the_node = fault.code() == Code::kUnavailable;
  {
    MutexLock lock(mutex_);
    if (of_the_node) {
      dead_nodes_.insert(node.uuid);
    } else {
      bad_replicas_[{block.block.id, node.uuid}] = fault.code();
    }
  }
  if (fault.code() != Code::kChecksum) return;
  const Status reported =
      client_->namenode().report_bad_block(block, node, deadline.earlier(std::chrono::seconds(10)));
  if (!reported.is_ok())
    log::warning("{}: the corrupt replica could not be reported: {}", path_, reported.to_string());
}

Status InputStream::fetch_again(Faults& faults, Deadline deadline) {
  if (faults.rounds == kMaxRounds) {
    // Corrupt everywhere is worse news than a DataNode that is away.
    if (faults.checksum)
      return Status(Code::kChecksum, "no good replica is left: " + faults.last.message())
          .with_operation("read")
          .with_peer(path_)
          .with_advice("see `hdfs fsck " + path_ + "`");
    if (faults.last.is_ok())
      return Status(Code::kUnavailable, "no DataNode holds the block")
          .with_operation("read")
          .with_peer(path_)
          .with_advice("see `hdfs fsck " + path_ + "`");
    return faults.last;
  }
  // The pause lets a DataNode come back or report; the first token that expired needs none.
  if (faults.rounds > 0 || faults.last.code() != Code::kTokenExpired) {
    const auto pause = kFirstPause * (1 << (2 * faults.rounds));
    std::this_thread::sleep_for(std::min<Deadline::Clock::duration>(pause, deadline.left()));
  }
  ++faults.rounds;
  const Blocks fresh = HOWDAH_TRY(fetch_blocks(*client_, path_, deadline));
  MutexLock lock(mutex_);
  dead_nodes_.clear();
  const auto& old = blocks_->blocks;
  const bool same = fresh->blocks.size() >= old.size() &&
                    std::equal(old.begin(), old.end(), fresh->blocks.begin(),
                               [](const LocatedBlock& a, const LocatedBlock& b) {
                                 return a.block.id == b.block.id;
                               });
  if (!same || fresh->length_bytes < length_)
    return Status(Code::kAborted, "the file was replaced while it was read")
        .with_operation("read")
        .with_peer(path_);
  blocks_ = fresh;
  return Status::ok();
}

void InputStream::keep(Reading reading) {
  Reading dropped;  // closed outside of the lock
  MutexLock lock(mutex_);
  if (idle_.size() == kMaxIdleReadings) {
    dropped = std::move(idle_.front());
    idle_.erase(idle_.begin());
  }
  idle_.push_back(std::move(reading));
}

}  // namespace howdah::hdfs
