#include "formats/sequence_file_records.h"

#include <arrow/buffer.h>
#include <fmt/core.h>

#include <algorithm>

#include "formats/line_chunker.h"
#include "hadoop/vint.h"

namespace howdah::formats {
namespace {

constexpr size_t kContentBytes = 4 << 10;

std::string too_long_reason(int64_t length_bytes, int64_t max_record_bytes) {
  return fmt::format("{} bytes where max_record_bytes allows {}", length_bytes, max_record_bytes);
}

// Keeps the beginning.
Result<Bytes> pass_over(SequenceFileStream& stream, size_t length, std::vector<std::byte>* begin) {
  const Bytes kept = HOWDAH_TRY(stream.take(std::min(length, kContentBytes)));
  begin->assign(kept.begin(), kept.end());
  HOWDAH_TRY(stream.skip(length - kept.size()));
  return Bytes(*begin);
}

}  // namespace

SequenceFileRecords::SequenceFileRecords(const RawChunk& chunk, const SequenceFileHeader& header,
                                         int64_t max_record_bytes, bool with_values)
    : header_(header),
      max_record_bytes_(max_record_bytes),
      with_values_(with_values),
      rest_(reinterpret_cast<const std::byte*>(chunk.bytes->data()),
            static_cast<size_t>(chunk.bytes->size())),
      position_(chunk.first_byte) {
  if (chunk.bytes->capacity() - chunk.bytes->size() < kChunkPadding) {
    copy_.assign(rest_.begin(), rest_.end());
    copy_.resize(rest_.size() + kChunkPadding);
    rest_ = Bytes(copy_).first(rest_.size());
  }
}

Status SequenceFileRecords::corrupt(const std::string& what, int64_t offset) const {
  return Status(Code::kCorrupt, fmt::format("{} at byte {}", what, offset))
      .with_operation("read")
      .with_advice("fetch the file again");
}

void SequenceFileRecords::pass_markers() {
  while (rest_.size() >= kSyncMarkerBytes && load_be32(rest_.data()) == kSyncEscape) {
    rest_ = rest_.subspan(kSyncMarkerBytes);
    position_ += kSyncMarkerBytes;
  }
}

Result<bool> SequenceFileRecords::next(SequenceFileRecord* record) {
  *record = {};
  return header_.layout == SequenceFileHeader::Layout::kBlock ? next_of_block(record)
                                                              : next_plain(record);
}

// The chunker has looked at lengths; here they are looked at for whoever made the chunk.
Result<bool> SequenceFileRecords::next_plain(SequenceFileRecord* record) {
  pass_markers();
  if (rest_.empty()) return false;
  const int64_t length = rest_.size() < 8 ? -1 : static_cast<int32_t>(load_be32(rest_.data()));
  const int64_t key = rest_.size() < 8 ? -1 : static_cast<int32_t>(load_be32(rest_.data() + 4));
  const int64_t held = held_record_bytes(length, max_record_bytes_);
  if (length < 0 || key < 0 || key > length || held > static_cast<int64_t>(rest_.size()) - 8)
    return corrupt("a broken record", position_);
  const Bytes bytes = rest_.subspan(8, static_cast<size_t>(held));
  record->key = bytes.first(static_cast<size_t>(std::min(key, held)));
  record->value = bytes.subspan(record->key.size());
  record->offset = position_;
  rest_ = rest_.subspan(8 + bytes.size());
  position_ += 8 + length;
  if (length > max_record_bytes_) {
    record->defect = SequenceFileRecord::Defect::kTooLong;
    record->reason = too_long_reason(length, max_record_bytes_);
    if (header_.layout == SequenceFileHeader::Layout::kRecord) record->value = {};
  } else if (header_.layout == SequenceFileHeader::Layout::kRecord) {
    decompress_value(record);
  }
  return true;
}

void SequenceFileRecords::decompress_value(SequenceFileRecord* record) {
  const auto unreadable = [&](const Status& why) {
    record->defect = SequenceFileRecord::Defect::kUnreadable;
    record->reason =
        fmt::format("its value is no {}: {}", compression_name(header_.compression), why.message());
    record->value = {};
  };
  auto stream = SequenceFileStream::open(header_.compression, record->value);
  if (!stream.is_ok()) return unreadable(stream.status());
  value_ = std::move(*stream);
  const auto limit = static_cast<size_t>(max_record_bytes_) - record->key.size();
  const auto value = value_.rest(limit);
  if (!value.is_ok()) return unreadable(value.status());
  record->value = *value;
  if (value->size() <= limit) return;
  record->defect = SequenceFileRecord::Defect::kTooLong;
  record->reason =
      fmt::format("decompressed, more than max_record_bytes allows ({})", max_record_bytes_);
}

Result<bool> SequenceFileRecords::next_of_block(SequenceFileRecord* record) {
  const auto of_block = [&](const Status& status) {
    if (status.is_ok() || status.code() != Code::kCorrupt) return status;
    return corrupt(fmt::format("a {} block that cannot be read ({})",
                               compression_name(header_.compression), status.message()),
                   block_offset_);
  };
  while (block_records_ == 0) {
    if (block_open_) {
      block_open_ = false;
      for (auto* stream : {&key_lengths_, &keys_, &value_lengths_, &values_})
        HOWDAH_TRY(of_block(stream->finish()));
    }
    if (rest_.empty()) return false;
    HOWDAH_TRY(of_block(open_block()));
  }
  --block_records_;
  record->offset = block_offset_;
  HOWDAH_TRY(of_block(take_of_block(record)));
  return true;
}

Status SequenceFileRecords::open_block() {
  block_offset_ = position_;
  pass_markers();
  hadoop::WritableReader reader(rest_);
  const int32_t records = HOWDAH_TRY(reader.vint());
  if (records < 0) return Status(Code::kCorrupt, fmt::format("{} records", records));
  for (auto* stream : {&key_lengths_, &keys_, &value_lengths_, &values_}) {
    const Bytes compressed = as_bytes(HOWDAH_TRY(reader.sized(rest_.size())));
    *stream = {};
    if (stream != &values_ || with_values_)
      *stream = HOWDAH_TRY(SequenceFileStream::open(header_.compression, compressed));
  }
  position_ += static_cast<int64_t>(rest_.size() - reader.rest().size());
  rest_ = reader.rest();
  block_records_ = static_cast<size_t>(records);
  block_open_ = true;
  return Status::ok();
}

Status SequenceFileRecords::take_of_block(SequenceFileRecord* record) {
  const size_t key = HOWDAH_TRY(key_lengths_.length());
  const size_t value = HOWDAH_TRY(value_lengths_.length());
  const auto length = static_cast<int64_t>(key + value);
  if (length <= max_record_bytes_) {
    record->key = HOWDAH_TRY(keys_.take(key));
    if (with_values_) record->value = HOWDAH_TRY(values_.take(value));
    return Status::ok();
  }
  record->defect = SequenceFileRecord::Defect::kTooLong;
  record->reason = too_long_reason(length, max_record_bytes_);
  record->key = HOWDAH_TRY(pass_over(keys_, key, &key_begin_));
  if (with_values_) record->value = HOWDAH_TRY(pass_over(values_, value, &value_begin_));
  return Status::ok();
}

}  // namespace howdah::formats
