#include "formats/text_stream.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace howdah::formats {
namespace {

constexpr size_t kBufferBytes = 256 << 10;

}  // namespace

bool TextStream::can_seek(const SourceFile& file, Encoding encoding) {
  return encoding != Encoding::kUtf16 && compression_of(file.name) == Compression::kNone;
}

Status TextStream::corrupt(const std::string& what) const {
  return Status(Code::kCorrupt, what)
      .with_operation("read")
      .with_peer(uri_)
      .with_advice("fetch the file again");
}

Result<std::unique_ptr<TextStream>> TextStream::open(const SourceFile& file, Encoding encoding,
                                                     int64_t offset_bytes, Deadline deadline,
                                                     Known known) {
  std::unique_ptr<TextStream> stream(new TextStream());
  stream->uri_ = file.location.uri();
  stream->length_ = file.length_bytes;
  stream->fetched_ = offset_bytes;
  stream->utf16_ = encoding == Encoding::kUtf16;
  if (file.length_bytes == 0) return stream;
  auto input = file.location.files->open(file.location.path, deadline);
  if (!input.is_ok()) return input.status().with_operation("open").with_peer(stream->uri_);
  stream->input_ = std::move(*input);
  if (offset_bytes > 0) return stream;

  stream->compression_ = compression_of(file.name);
  stream->buffer_.resize(kBufferBytes);
  HOWDAH_TRY(stream->fetch(deadline));
  const Compression found = compression_by_magic(stream->rest_);
  if (known == Known::kByContent && found != Compression::kNone) stream->compression_ = found;
  if (stream->compression_ != Compression::kNone) {
    auto codec = make_stream_codec(stream->compression_, stream->rest_);
    if (!codec.is_ok()) return codec.status().with_operation("open").with_peer(stream->uri_);
    stream->codec_ = std::move(*codec);
  } else if (found != Compression::kNone) {
    return Status(Code::kCorrupt,
                  fmt::format("begins as {} does, and is not named so", compression_name(found)))
        .with_operation("open")
        .with_peer(stream->uri_)
        .with_advice("rename the file");
  }
  return stream;
}

Status TextStream::fetch(Deadline deadline) {
  if (!rest_.empty() || fetched_ >= length_) return Status::ok();
  const auto room = std::min<int64_t>(length_ - fetched_, static_cast<int64_t>(buffer_.size()));
  const auto read =
      input_->read_at(fetched_, MutableBytes(buffer_).first(static_cast<size_t>(room)), deadline);
  if (!read.is_ok()) return read.status().with_operation("read").with_peer(uri_);
  if (*read == 0)
    return corrupt(
        fmt::format("the file ends at byte {}, and had {} when it was listed", fetched_, length_));
  fetched_ += static_cast<int64_t>(*read);
  rest_ = Bytes(buffer_).first(*read);
  return Status::ok();
}

Result<size_t> TextStream::read(MutableBytes into, Deadline deadline) {
  if (utf16_) return read_utf16(into, deadline);
  return codec_ ? read_decompressed(into, deadline) : read_stored(into, deadline);
}

Result<size_t> TextStream::read_stored(MutableBytes into, Deadline deadline) {
  size_t done = std::min(into.size(), rest_.size());
  if (done > 0) std::memcpy(into.data(), rest_.data(), done);
  rest_ = rest_.subspan(done);
  while (done < into.size() && fetched_ < length_) {
    const size_t room = std::min(into.size() - done, static_cast<size_t>(length_ - fetched_));
    const auto read = input_->read_at(fetched_, into.subspan(done, room), deadline);
    if (!read.is_ok()) return read.status().with_operation("read").with_peer(uri_);
    if (*read == 0)
      return corrupt(fmt::format("the file ends at byte {}, and had {} when it was listed",
                                 fetched_, length_));
    fetched_ += static_cast<int64_t>(*read);
    done += *read;
  }
  return done;
}

Result<size_t> TextStream::read_decompressed(MutableBytes into, Deadline deadline) {
  size_t done = 0;
  while (done < into.size()) {
    HOWDAH_TRY(fetch(deadline));
    const bool at_end = rest_.empty();
    const auto step = codec_->step(rest_, into.subspan(done));
    if (!step.is_ok()) {
      if (step.status().code() != Code::kCorrupt)
        return step.status().with_operation("read").with_peer(uri_);
      return corrupt(
          fmt::format("corrupt {} at byte {} of the file, behind {} bytes decompressed: {}",
                      compression_name(compression_), stored_position(),
                      decompressed_ + static_cast<int64_t>(done), step.status().message()));
    }
    rest_ = rest_.subspan(step->consumed);
    done += step->produced;
    if (step->consumed > 0 || step->produced > 0) continue;
    if (at_end && codec_->may_end()) break;
    if (at_end)
      return corrupt(fmt::format("the {} stream is cut off at byte {}",
                                 compression_name(compression_), stored_position()));
    return corrupt(fmt::format("corrupt {} at byte {}: it does not go on",
                               compression_name(compression_), stored_position()));
  }
  decompressed_ += static_cast<int64_t>(done);
  return done;
}

Result<size_t> TextStream::read_utf16(MutableBytes into, Deadline deadline) {
  size_t done = 0;
  std::vector<std::byte> units;
  while (done < into.size()) {
    const size_t count = std::min(into.size() - done, decoded_.size() - decoded_given_);
    if (count > 0) std::memcpy(into.data() + done, decoded_.data() + decoded_given_, count);
    done += count;
    decoded_given_ += count;
    if (done == into.size() || utf16_ended_) break;
    decoded_.clear();
    decoded_given_ = 0;
    units.resize(kBufferBytes);
    const size_t got = codec_ ? HOWDAH_TRY(read_decompressed(units, deadline))
                              : HOWDAH_TRY(read_stored(units, deadline));
    decoder_.decode(as_text(Bytes(units).first(got)), decoded_);
    if (got < units.size()) {
      decoder_.finish(decoded_);
      utf16_ended_ = true;
    }
  }
  return done;
}

}  // namespace howdah::formats
