#include "formats/line_chunker.h"

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "formats/arrow_status.h"
#include "formats/byte_scan.h"

namespace howdah::formats {
namespace {

constexpr size_t kReadBytes = 128 << 10;
constexpr size_t kContentBytes = 4 << 10;

}  // namespace

const char* QuotedLineScanner::find_end(const char* at, const char* end) {
  const char delimiter = dialect_.delimiter, quote = dialect_.quote, escape = dialect_.escape;
  while (at < end) {
    switch (state_) {
      case State::kFieldBegin:
        if (quote != 0 && *at == quote) {
          state_ = State::kQuoted;
          ++at;
          break;
        }
        state_ = State::kPlain;
        [[fallthrough]];
      case State::kPlain:
        at = find_any(at, end, delimiter, '\n', escape != 0 ? escape : '\n');
        if (at == end) return nullptr;
        if (*at == '\n') {
          state_ = State::kFieldBegin;
          return at + 1;
        }
        state_ = *at == delimiter ? State::kFieldBegin : State::kEscapedPlain;
        ++at;
        break;
      case State::kQuoted:
        at = find_any(at, end, quote, quote, escape != 0 ? escape : quote);
        if (at == end) return nullptr;
        state_ = *at == quote ? State::kClosingQuote : State::kEscapedQuoted;
        if (escape != 0 && *at == escape) state_ = State::kEscapedQuoted;
        ++at;
        break;
      case State::kClosingQuote:
        if (*at == quote) {
          state_ = State::kQuoted;
          ++at;
        } else {
          state_ = State::kPlain;
        }
        break;
      case State::kEscapedPlain:
        state_ = State::kPlain;
        if (*at != '\n') ++at;  // outside quotes a line end always ends the record
        break;
      case State::kEscapedQuoted:
        state_ = State::kQuoted;
        ++at;
        break;
    }
  }
  return nullptr;
}

LineChunker::LineChunker(std::unique_ptr<TextStream> stream, int32_t file, int32_t first_chunk,
                         int32_t chunks, const ChunkerOptions& options)
    : stream_(std::move(stream)),
      file_(file),
      end_chunk_(chunks < 0 || chunks > std::numeric_limits<int32_t>::max() - first_chunk
                     ? std::numeric_limits<int32_t>::max()
                     : first_chunk + chunks),
      next_chunk_(first_chunk),
      options_(options),
      position_(first_chunk == 0 ? 0 : first_chunk * options.chunk_bytes - 1),
      stored_(stream_->stored_position()) {}

const char* LineChunker::data() const {
  return reinterpret_cast<const char*>(buffer_->data());
}

Status LineChunker::new_buffer(size_t capacity) {
  buffer_ = HOWDAH_TRY(from_arrow(arrow::AllocateResizableBuffer(
      static_cast<int64_t>(capacity) + kChunkPadding, arrow::default_memory_pool())));
  return Status::ok();
}

Status LineChunker::read_more(size_t bytes, Deadline deadline) {
  const size_t room = static_cast<size_t>(buffer_->capacity() - kChunkPadding);
  if (size_ + bytes > room) {
    const size_t grown = std::max(size_ + bytes, room + room / 2);
    HOWDAH_TRY(from_arrow(buffer_->Resize(static_cast<int64_t>(grown) + kChunkPadding, false)));
  }
  auto* into = reinterpret_cast<std::byte*>(buffer_->mutable_data()) + size_;
  const size_t got = HOWDAH_TRY(stream_->read({into, bytes}, deadline));
  size_ += got;
  ended_ = got < bytes;
  return Status::ok();
}

// From the byte before the first chunk: what begins earlier belongs to another chunk.
Status LineChunker::skip_to_record(Deadline deadline) {
  begun_ = true;
  HOWDAH_TRY(new_buffer(kReadBytes));
  if (next_chunk_ == 0) return Status::ok();
  const int64_t enough = end_chunk_ * options_.chunk_bytes;
  while (!ended_ && position_ < enough) {
    HOWDAH_TRY(read_more(kReadBytes, deadline));
    const char* end = data() + size_;
    const char* found = find_byte(data(), end, '\n');
    const size_t passed = static_cast<size_t>(found - data()) + (found < end ? 1 : 0);
    position_ += static_cast<int64_t>(passed);
    size_ -= passed;
    if (found == end) continue;
    std::memmove(buffer_->mutable_data(), found + 1, size_);
    break;
  }
  return Status::ok();
}

Result<std::optional<RawChunk>> LineChunker::next(Deadline deadline) {
  if (next_chunk_ >= end_chunk_) return std::optional<RawChunk>();
  if (!begun_) HOWDAH_TRY(skip_to_record(deadline));
  RawChunk chunk;
  chunk.id = {file_, next_chunk_};
  const int64_t begin = next_chunk_ * options_.chunk_bytes;
  const int64_t end = begin + options_.chunk_bytes;
  if (position_ < end) HOWDAH_TRY(gather(end - position_, chunk, deadline));
  if (!chunk.bytes) {
    if (position_ <= begin) return std::optional<RawChunk>();
    chunk.first_byte = position_;
    chunk.bytes = std::make_shared<arrow::Buffer>(reinterpret_cast<const uint8_t*>(""), 0);
  }
  ++next_chunk_;
  chunk.read_bytes = stream_->stored_position() - stored_;
  stored_ = stream_->stored_position();
  return std::optional<RawChunk>(std::move(chunk));
}

// `due`: from position_ to the end of the chunk's range, more than 0.
Status LineChunker::gather(int64_t due, RawChunk& chunk, Deadline deadline) {
  const auto range = static_cast<size_t>(due);
  const bool quoted = options_.dialect.quoted_line_ends;
  QuotedLineScanner scanner(options_.dialect);
  size_t record_begin = 0, scanned = 0, end = 0;
  if (size_ < range && !ended_) HOWDAH_TRY(read_more(range - size_ + kReadBytes, deadline));
  while (true) {
    if (quoted) {
      while (end == 0) {
        const char* found = scanner.find_end(data() + scanned, data() + size_);
        scanned = found ? static_cast<size_t>(found - data()) : size_;
        if (!found) break;
        if (scanned >= range) end = scanned;
        if (end == 0) record_begin = scanned;
      }
    } else if (size_ >= range) {
      // The record at the range's last byte is the last one: it begins behind the '\n' before.
      if (scanned == 0) {
        const void* before = range > 1 ? memrchr(data(), '\n', range - 1) : nullptr;
        if (before)
          record_begin = static_cast<size_t>(static_cast<const char*>(before) - data()) + 1;
        scanned = range - 1;
      }
      const char* found = find_byte(data() + scanned, data() + size_, '\n');
      scanned = static_cast<size_t>(found - data());
      if (scanned < size_) end = scanned + 1;
    }
    if (end != 0) break;
    if (ended_) {
      end = size_;
      break;
    }
    const auto most = static_cast<size_t>(options_.max_record_bytes) + 2;
    const size_t held = size_ - record_begin;
    if (held > most) return pass_over(record_begin, chunk, deadline);
    HOWDAH_TRY(read_more(std::clamp(held, kReadBytes, most - held + kReadBytes), deadline));
  }
  if (end == 0) return Status::ok();

  const auto whole = buffer_;
  const char* rest = data() + end;
  const size_t rest_bytes = size_ - end;
  HOWDAH_TRY(new_buffer(static_cast<size_t>(options_.chunk_bytes) + rest_bytes + 2 * kReadBytes));
  std::memcpy(buffer_->mutable_data(), rest, rest_bytes);
  HOWDAH_TRY(from_arrow(whole->Resize(static_cast<int64_t>(end), false)));
  chunk.bytes = whole;
  chunk.first_byte = position_;
  position_ += static_cast<int64_t>(end);
  size_ = rest_bytes;
  return Status::ok();
}

Status LineChunker::pass_over(size_t record_begin, RawChunk& chunk, Deadline deadline) {
  RawChunk::TooLong record;
  record.offset = position_ + static_cast<int64_t>(record_begin);
  record.content.assign(data() + record_begin, std::min(size_ - record_begin, kContentBytes));
  record.length_bytes = static_cast<int64_t>(size_ - record_begin);
  QuotedLineScanner scanner(options_.dialect);
  const bool quoted = options_.dialect.quoted_line_ends;
  if (quoted) scanner.find_end(data() + record_begin, data() + size_);

  const auto whole = buffer_;
  HOWDAH_TRY(from_arrow(whole->Resize(static_cast<int64_t>(record_begin), true)));
  chunk.bytes = whole;
  chunk.first_byte = position_;
  HOWDAH_TRY(new_buffer(static_cast<size_t>(options_.chunk_bytes) + 2 * kReadBytes));
  size_ = 0;
  position_ = record.offset + record.length_bytes;
  while (!ended_) {
    HOWDAH_TRY(read_more(kReadBytes, deadline));
    const char* end = data() + size_;
    const char* found = quoted ? scanner.find_end(data(), end) : find_byte(data(), end, '\n');
    if (found && !quoted) found = found < end ? found + 1 : nullptr;
    const size_t passed = found ? static_cast<size_t>(found - data()) : size_;
    position_ += static_cast<int64_t>(passed);
    record.length_bytes += static_cast<int64_t>(passed) - (found ? 1 : 0);
    size_ -= passed;
    if (!found) continue;
    std::memmove(buffer_->mutable_data(), found, size_);
    break;
  }
  chunk.too_long = std::move(record);
  return Status::ok();
}

}  // namespace howdah::formats
