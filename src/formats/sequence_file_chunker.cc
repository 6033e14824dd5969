#include "formats/sequence_file_chunker.h"

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "formats/arrow_status.h"
#include "formats/line_chunker.h"
#include "hadoop/vint.h"

namespace howdah::formats {
namespace {

constexpr int64_t kReadBytes = 256 << 10;
constexpr int64_t kContentBytes = 4 << 10;
constexpr int64_t kMaxHeldBytes = int64_t{1} << 30;
constexpr int64_t kMaxVintBytes = 9;

}  // namespace

// What the buffer holds anyway stays: taking out many short records would move the rest each time.
int64_t held_record_bytes(int64_t length_bytes, int64_t max_record_bytes) {
  return length_bytes > std::max(max_record_bytes, kReadBytes) ? kContentBytes : length_bytes;
}

SequenceFileChunker::SequenceFileChunker(const SourceFile& file, const SequenceFileHeader& header,
                                         const Portion& portion,
                                         const SequenceFileChunkerOptions& options)
    : uri_(file.location.uri()),
      header_(header),
      options_(options),
      length_(file.length_bytes),
      file_(portion.file),
      end_chunk_(portion.chunks < 0 ||
                         portion.chunks > std::numeric_limits<int32_t>::max() - portion.first_chunk
                     ? std::numeric_limits<int32_t>::max()
                     : portion.first_chunk + portion.chunks),
      next_chunk_(portion.first_chunk),
      reported_(portion.first_chunk * options.chunk_bytes) {}

Result<std::unique_ptr<SequenceFileChunker>> SequenceFileChunker::open(
    const SourceFile& file, const SequenceFileHeader& header, const Portion& portion,
    const SequenceFileChunkerOptions& options, Deadline deadline) {
  std::unique_ptr<SequenceFileChunker> chunker(
      new SequenceFileChunker(file, header, portion, options));
  auto input = file.location.files->open(file.location.path, deadline);
  if (!input.is_ok()) return input.status().with_operation("open").with_peer(chunker->uri_);
  chunker->input_ = std::move(*input);
  return chunker;
}

Status SequenceFileChunker::corrupt(const std::string& what) const {
  return Status(Code::kCorrupt, fmt::format("{} at byte {}", what, position_))
      .with_operation("read")
      .with_peer(uri_)
      .with_advice("fetch the file again");
}

const std::byte* SequenceFileChunker::here() const {
  return reinterpret_cast<const std::byte*>(buffer_->data()) + at_;
}

// Takes over what was read ahead.
Status SequenceFileChunker::new_buffer(size_t rest_bytes) {
  const int64_t left = std::min(length_ - position_, options_.chunk_bytes + 2 * kReadBytes);
  std::shared_ptr<arrow::ResizableBuffer> fresh =
      HOWDAH_TRY(from_arrow(arrow::AllocateResizableBuffer(
          std::max(left, static_cast<int64_t>(rest_bytes)) + kChunkPadding,
          arrow::default_memory_pool())));
  if (rest_bytes > 0) std::memcpy(fresh->mutable_data(), here(), rest_bytes);
  buffer_ = std::move(fresh);
  at_ = 0;
  size_ = rest_bytes;
  return Status::ok();
}

Status SequenceFileChunker::read_more(int64_t bytes, Deadline deadline) {
  const int64_t fetched = position_ + static_cast<int64_t>(size_ - at_);
  bytes = std::min(bytes, length_ - fetched);
  const int64_t room = buffer_->capacity() - kChunkPadding, size = static_cast<int64_t>(size_);
  if (size + bytes > room) {
    const int64_t grown = std::max(size + bytes, room + room / 2);
    HOWDAH_TRY(from_arrow(buffer_->Resize(grown + kChunkPadding, false)));
  }
  auto* into = reinterpret_cast<std::byte*>(buffer_->mutable_data()) + size_;
  for (int64_t done = 0; done < bytes;) {
    const auto got =
        input_->read_at(fetched + done, {into + done, static_cast<size_t>(bytes - done)}, deadline);
    if (!got.is_ok()) return got.status().with_operation("read").with_peer(uri_);
    if (*got == 0)
      return corrupt(fmt::format("the file ends at byte {}, and had {} when it was listed: met",
                                 fetched + done, length_));
    done += static_cast<int64_t>(*got);
    size_ += *got;
  }
  return Status::ok();
}

Status SequenceFileChunker::need(int64_t bytes, Deadline deadline) {
  const auto held = static_cast<int64_t>(size_ - at_);
  if (held >= bytes) return Status::ok();
  if (bytes > length_ - position_) return corrupt("the file is cut off: it ends within the record");
  if (static_cast<int64_t>(at_) > kMaxHeldBytes)
    return Status(Code::kUnsupported,
                  fmt::format("more than 1 GiB without a sync marker before byte {}", position_))
        .with_operation("read")
        .with_peer(uri_)
        .with_advice("write the file with Hadoop's usual sync interval");
  return read_more(std::max(bytes - held, kReadBytes), deadline);
}

void SequenceFileChunker::advance(int64_t bytes) {
  at_ += static_cast<size_t>(bytes);
  position_ += bytes;
}

// Where a portion begins: what lies before its first marker belongs to the portion before.
Status SequenceFileChunker::find_first_marker(Deadline deadline) {
  begun_ = true;
  position_ = header_.end;
  if (next_chunk_ == 0) return new_buffer(0);
  position_ = std::max(position_, next_chunk_ * options_.chunk_bytes);
  HOWDAH_TRY(new_buffer(0));
  std::array<std::byte, kSyncMarkerBytes> marker;
  store_be32(marker.data(), kSyncEscape);
  std::copy(header_.sync.begin(), header_.sync.end(), marker.begin() + 4);
  const int64_t limit = std::min(length_, end_chunk_ * options_.chunk_bytes);
  while (position_ < limit) {
    HOWDAH_TRY(read_more(kReadBytes, deadline));
    const void* found = memmem(here(), size_, marker.data(), marker.size());
    const bool at_end = position_ + static_cast<int64_t>(size_) >= length_;
    size_t passed = size_ - (at_end ? 0 : std::min(size_, marker.size() - 1));
    if (found) passed = static_cast<size_t>(static_cast<const std::byte*>(found) - here());
    position_ += static_cast<int64_t>(passed);
    size_ -= passed;
    std::memmove(buffer_->mutable_data(), here() + passed, size_);
    if (found) break;
  }
  return Status::ok();
}

Result<std::optional<RawChunk>> SequenceFileChunker::next(Deadline deadline) {
  const int64_t begin = next_chunk_ * options_.chunk_bytes;
  if (next_chunk_ >= end_chunk_ || begin >= length_) return std::optional<RawChunk>();
  if (!begun_) HOWDAH_TRY(find_first_marker(deadline));
  const int64_t end = begin + options_.chunk_bytes;
  RawChunk chunk;
  chunk.id = {file_, next_chunk_};
  chunk.first_byte = position_;
  if (next_chunk_ == 0 || position_ < end) HOWDAH_TRY(gather(end, deadline));
  const auto whole = buffer_;
  const size_t bytes = at_;
  if (bytes > 0) HOWDAH_TRY(new_buffer(size_ - at_));
  if (bytes > 0) {
    HOWDAH_TRY(from_arrow(whole->Resize(static_cast<int64_t>(bytes), false)));
    chunk.bytes = whole;
  } else {
    chunk.bytes = std::make_shared<arrow::Buffer>(reinterpret_cast<const uint8_t*>(""), 0);
  }
  chunk.read_bytes = std::max<int64_t>(0, position_ - reported_);
  reported_ = std::max(reported_, position_);
  ++next_chunk_;
  return std::optional<RawChunk>(std::move(chunk));
}

// Up to a marker that begins at `end` or behind it.
Status SequenceFileChunker::gather(int64_t end, Deadline deadline) {
  const bool blocks = header_.layout == SequenceFileHeader::Layout::kBlock;
  while (position_ < length_) {
    HOWDAH_TRY(need(4, deadline));
    if (load_be32(here()) != kSyncEscape) {
      if (blocks) return corrupt("no sync marker where one is due");
      HOWDAH_TRY(pass_record(deadline));
      continue;
    }
    HOWDAH_TRY(need(kSyncMarkerBytes, deadline));
    if (!std::equal(header_.sync.begin(), header_.sync.end(), here() + 4))
      return corrupt("a sync marker that is not the file's");
    if (position_ >= end) break;
    advance(kSyncMarkerBytes);
    if (blocks) HOWDAH_TRY(pass_block(deadline));
  }
  return Status::ok();
}

Status SequenceFileChunker::pass_record(Deadline deadline) {
  HOWDAH_TRY(need(8, deadline));
  const auto length = static_cast<int32_t>(load_be32(here()));
  const auto key = static_cast<int32_t>(load_be32(here() + 4));
  if (length < 0 || key < 0 || key > length)
    return corrupt(fmt::format("a record of {} bytes with a key of {}", length, key));
  const int64_t total = 8 + int64_t{length};
  const int64_t held = 8 + held_record_bytes(length, options_.max_record_bytes);
  if (total > length_ - position_)
    return corrupt(fmt::format("the file is cut off: {} bytes are left of a record of {}",
                               length_ - position_, total));
  HOWDAH_TRY(need(held, deadline));
  if (held < total) {
    const auto kept = at_ + static_cast<size_t>(held), whole = at_ + static_cast<size_t>(total);
    auto* bytes = buffer_->mutable_data();
    const size_t rest = size_ > whole ? size_ - whole : 0;
    if (rest > 0) std::memmove(bytes + kept, bytes + whole, rest);
    size_ = kept + rest;
    position_ += total - held;
  }
  advance(held);
  return Status::ok();
}

// A VInt, the number of records, and four buffers, each with its length as a VInt.
Status SequenceFileChunker::pass_block(Deadline deadline) {
  int64_t total = 0;
  for (int part = 0; part < 5; ++part) {
    const int64_t most = std::min(length_ - position_, total + kMaxVintBytes);
    HOWDAH_TRY(need(most, deadline));
    hadoop::WritableReader reader(
        Bytes(here() + total, static_cast<size_t>(std::max<int64_t>(0, most - total))));
    const auto before = static_cast<int64_t>(reader.rest().size());
    const auto value = reader.vint();
    if (!value.is_ok()) return corrupt("in a block, " + value.status().message() + ", met");
    if (*value < 0) return corrupt(fmt::format("a block with a length of {}", *value));
    total += before - static_cast<int64_t>(reader.rest().size()) + (part > 0 ? *value : 0);
    if (total > kMaxHeldBytes) return corrupt("a block of more than 1 GiB");
    HOWDAH_TRY(need(total, deadline));
  }
  advance(total);
  return Status::ok();
}

}  // namespace howdah::formats
