#include "formats/sequence_file_stream.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "hadoop/vint.h"

namespace howdah::formats {
namespace {

constexpr size_t kStepBytes = 64 << 10;
constexpr size_t kFirstStepBytes = 1 << 10;  // most values are short
constexpr size_t kPadding = 16;
constexpr size_t kMaxVintBytes = 9;

Status ends_early() {
  return Status(Code::kCorrupt, "it ends before its last record");
}

}  // namespace

Result<SequenceFileStream> SequenceFileStream::open(Compression compression, Bytes compressed) {
  SequenceFileStream stream;
  stream.compressed_ = compressed;
  if (compressed.empty()) return stream;
  stream.codec_ = HOWDAH_TRY(make_sequence_file_codec(compression, compressed));
  return stream;
}

Status SequenceFileStream::hold(size_t count) {
  while (held() < count && codec_) {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, held());
      end_ -= begin_;
      begin_ = 0;
    }
    // Grows with what really comes: a length in a file alone makes nobody allocate.
    const size_t room = buffer_.size() < kPadding ? 0 : buffer_.size() - kPadding;
    if (room == end_)
      buffer_.resize(std::clamp(2 * room, kFirstStepBytes, std::max(kStepBytes, 2 * count)) +
                     kPadding);
    const auto out = MutableBytes(buffer_).subspan(end_, buffer_.size() - kPadding - end_);
    const auto step = HOWDAH_TRY(codec_->step(compressed_, out));
    compressed_ = compressed_.subspan(step.consumed);
    end_ += step.produced;
    if (step.consumed > 0 || step.produced > 0) continue;
    if (!compressed_.empty()) return Status(Code::kCorrupt, "it does not go on");
    if (!codec_->may_end()) return Status(Code::kCorrupt, "it is cut off");
    codec_ = nullptr;
  }
  return Status::ok();
}

Result<Bytes> SequenceFileStream::take(size_t count) {
  HOWDAH_TRY(hold(count));
  if (held() < count) return ends_early();
  // Where nothing was ever held, there is still what can be read behind the nothing.
  if (buffer_.size() < kPadding) buffer_.resize(kPadding);
  const Bytes taken = Bytes(buffer_).subspan(begin_, count);
  begin_ += count;
  return taken;
}

Result<size_t> SequenceFileStream::length() {
  HOWDAH_TRY(hold(kMaxVintBytes));
  if (held() == 0) return ends_early();
  hadoop::WritableReader reader(Bytes(buffer_).subspan(begin_, held()));
  const int32_t value = HOWDAH_TRY(reader.vint());
  if (value < 0) return Status(Code::kCorrupt, "a length of " + std::to_string(value));
  begin_ = end_ - reader.rest().size();
  return static_cast<size_t>(value);
}

Status SequenceFileStream::skip(size_t count) {
  while (count > 0) {
    const size_t part = std::min(count, kStepBytes);
    HOWDAH_TRY(take(part));
    count -= part;
  }
  return Status::ok();
}

Result<Bytes> SequenceFileStream::rest(size_t limit) {
  HOWDAH_TRY(hold(limit + 1));
  return take(std::min(held(), limit + 1));
}

Status SequenceFileStream::finish() {
  HOWDAH_TRY(hold(1));
  if (held() > 0) return Status(Code::kCorrupt, "more is in it than its records");
  return Status::ok();
}

}  // namespace howdah::formats
