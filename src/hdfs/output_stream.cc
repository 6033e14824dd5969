#include "hdfs/output_stream.h"

#include <algorithm>
#include <thread>

namespace howdah::hdfs {
namespace {
constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kMaxPause{1'000};
constexpr std::chrono::seconds kPatience{60};  // for the last block's replicas
}  // namespace

OutputStream::OutputStream(std::shared_ptr<DfsClient> client, FileHandle file,
                           int64_t block_size_bytes)
    : client_(std::move(client)),
      file_(std::move(file)),
      block_size_bytes_(block_size_bytes),
      pool_(client_->options().checksum, client_->options().packet_bytes) {
  client_->leases().add(file_.holder);
}

OutputStream::~OutputStream() {
  client_->leases().remove(file_.holder);
}

Result<std::unique_ptr<OutputStream>> OutputStream::create(std::shared_ptr<DfsClient> client,
                                                           const std::string& path,
                                                           NamenodeClient::CreateFile file,
                                                           Deadline deadline) {
  const ServerDefaults defaults = HOWDAH_TRY(client->server_defaults(deadline));
  const auto choose = [](auto asked, auto configured, auto served) {
    return asked > 0 ? asked : configured > 0 ? configured : served;
  };
  const ClientOptions& options = client->options();
  file.replication = choose(file.replication, options.replication, defaults.replication);
  file.block_size_bytes =
      choose(file.block_size_bytes, options.block_size_bytes, defaults.block_size_bytes);
  if (file.block_size_bytes % options.checksum.bytes_per_chunk != 0)
    return Status(Code::kInvalidArgument, "a block size of " +
                                              std::to_string(file.block_size_bytes) +
                                              " bytes is no multiple of the checksum's " +
                                              std::to_string(options.checksum.bytes_per_chunk))
        .with_operation("create")
        .with_peer(path);
  const std::string holder = client->new_holder();
  const FileStatus created = HOWDAH_TRY(client->namenode().create(path, holder, file, deadline));
  return std::unique_ptr<OutputStream>(new OutputStream(
      std::move(client), FileHandle{path, created.file_id, holder}, file.block_size_bytes));
}

Result<std::unique_ptr<OutputStream>> OutputStream::append(std::shared_ptr<DfsClient> client,
                                                           const std::string& path,
                                                           Deadline deadline) {
  HOWDAH_TRY(client->server_defaults(deadline));
  const std::string holder = client->new_holder();
  auto appended = HOWDAH_TRY(client->namenode().append(path, holder, deadline));
  const int64_t block_size = appended.file.block_size_bytes;
  std::unique_ptr<OutputStream> stream(new OutputStream(
      std::move(client), FileHandle{path, appended.file.file_id, holder}, block_size));
  stream->position_ = appended.file.length_bytes;
  if (appended.last_block) {
    stream->block_position_ = appended.last_block->block.length_bytes;
    stream->block_ = HOWDAH_TRY(BlockWriter::append(
        *stream->client_, stream->file_, std::move(*appended.last_block), stream->pool_, deadline));
  }
  return stream;
}

Status OutputStream::write(Bytes bytes, Deadline deadline) {
  if (broken_.is_ok()) broken_ = write_unbroken(bytes, deadline);
  return broken_;
}

Status OutputStream::flush(Deadline deadline) {
  if (broken_.is_ok()) broken_ = flush_unbroken(deadline);
  return broken_;
}

Status OutputStream::close(Deadline deadline) {
  if (broken_.is_ok()) broken_ = close_unbroken(deadline);
  return broken_;
}

Status OutputStream::write_unbroken(Bytes bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (!block_) HOWDAH_TRY(start_block(deadline));
    if (!packet_) start_packet();
    const size_t count = packet_->append(bytes);
    bytes = bytes.subspan(count);
    block_position_ += static_cast<int64_t>(count);
    position_ += static_cast<int64_t>(count);
    if (packet_->is_full()) HOWDAH_TRY(send_packet(deadline));
    if (block_position_ == block_size_bytes_) HOWDAH_TRY(end_block(deadline));
  }
  return Status::ok();
}

Status OutputStream::start_block(Deadline deadline) {
  block_ =
      HOWDAH_TRY(BlockWriter::create(*client_, file_, last_block_, excluded_, pool_, deadline));
  block_position_ = 0;
  unpersisted_ = true;
  return Status::ok();
}

Status OutputStream::end_block(Deadline deadline) {
  auto last = pool_.take();
  last->begin(block_position_, 0);
  last->seal(next_seqno_++, true);
  HOWDAH_TRY(block_->close(std::move(last), deadline));
  last_block_ = block_->block();
  block_.reset();
  open_chunk_.clear();
  return Status::ok();
}

void OutputStream::start_packet() {
  packet_ = pool_.take();
  const size_t chunk = pool_.checksum().bytes_per_chunk;
  const auto left = static_cast<size_t>(block_size_bytes_ - block_position_);
  const auto into_chunk = static_cast<size_t>(block_position_) % chunk;
  if (into_chunk == 0) {
    packet_->begin(block_position_, left);
  } else if (open_chunk_.size() == into_chunk) {
    packet_->begin(block_position_ - static_cast<int64_t>(into_chunk), left + into_chunk);
    packet_->append(as_bytes(open_chunk_));
  } else {
    packet_->begin(block_position_, std::min(left, chunk - into_chunk));
  }
  open_chunk_.clear();
}

Status OutputStream::send_packet(Deadline deadline) {
  packet_->seal(next_seqno_++, false);
  return block_->send(std::move(packet_), deadline);
}

Status OutputStream::send_partial_packet(Deadline deadline) {
  if (!packet_) return Status::ok();
  const size_t chunk = pool_.checksum().bytes_per_chunk;
  const auto into_chunk = static_cast<size_t>(block_position_) % chunk;
  if (static_cast<size_t>(packet_->begin_offset()) % chunk == 0)
    open_chunk_ = as_text(packet_->data().last(into_chunk));
  return send_packet(deadline);
}

Status OutputStream::flush_unbroken(Deadline deadline) {
  if (!block_) return Status::ok();
  HOWDAH_TRY(send_partial_packet(deadline));
  HOWDAH_TRY(block_->flush(deadline));
  // Once a block: a NameNode that restarts must know of it.
  if (unpersisted_) HOWDAH_TRY(client_->namenode().fsync(file_, deadline));
  unpersisted_ = false;
  return Status::ok();
}

Status OutputStream::close_unbroken(Deadline deadline) {
  if (block_) {
    if (packet_) HOWDAH_TRY(send_packet(deadline));
    HOWDAH_TRY(end_block(deadline));
  }
  HOWDAH_TRY(complete(deadline));
  client_->leases().remove(file_.holder);
  return Status::ok();
}

Status OutputStream::complete(Deadline deadline) {
  deadline = deadline.earlier(kPatience);
  for (auto pause = kFirstPause;; pause = std::min(pause * 2, kMaxPause)) {
    if (HOWDAH_TRY(client_->namenode().complete(file_, last_block_, deadline))) return Status::ok();
    if (deadline.expired())
      return Status(Code::kDeadlineExceeded, "no DataNode has reported the last block yet")
          .with_operation("complete")
          .with_peer(file_.path)
          .with_advice("are the DataNodes running?");
    std::this_thread::sleep_for(std::min<Deadline::Clock::duration>(pause, deadline.left()));
  }
}

}  // namespace howdah::hdfs
