#include "formats/parquet_file.h"

#include <arrow/type.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "formats/decode_memory.h"
#include "formats/memory_ranges.h"
#include "formats/parquet_errors.h"
#include "formats/parquet_types.h"
#include "formats/text_encoding.h"

namespace howdah::formats {
namespace {

constexpr int64_t kTailBytes = 64 << 10;  // read at once: most footers are shorter
constexpr int64_t kMostFooterBytes = 128 << 20;
constexpr int64_t kMostGroupRows = INT32_MAX;
constexpr int64_t kMostChunks = INT32_MAX;
constexpr int64_t kMostNameBytes = 64 << 10;
constexpr int64_t kEndBytes = 8;  // the footer's length and the magic

Status corrupt(const std::string& what) {
  return Status(Code::kCorrupt, what);
}

Status of_the_footer(const Status& status) {
  if (status.code() != Code::kCorrupt) return status;
  return corrupt("its footer is damaged: " + status.message());
}

Result<std::string> read_tail(fs::InputFile& input, int64_t bytes, Deadline deadline) {
  std::string tail(static_cast<size_t>(bytes), '\0');
  const size_t got = HOWDAH_TRY(input.read_at(input.length_bytes() - bytes,
                                              std::as_writable_bytes(std::span(tail)), deadline));
  if (got != tail.size()) return corrupt("the file became shorter while it was read");
  return tail;
}

}  // namespace

parquet::ReaderProperties ParquetFile::reader_properties() {
  parquet::ReaderProperties properties(decode_memory());
  properties.set_thrift_string_size_limit(static_cast<int32_t>(kMostFooterBytes));
  return properties;
}

parquet::ArrowReaderProperties ParquetFile::arrow_properties(int64_t batch_rows) {
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  properties.set_pre_buffer(false);
  properties.set_batch_size(std::max<int64_t>(1, batch_rows));
  return properties;
}

Result<std::shared_ptr<const ParquetFile>> ParquetFile::open(const SourceFile& file,
                                                             Deadline deadline) {
  const auto input = HOWDAH_TRY(file.location.files->open(file.location.path, deadline));
  const std::shared_ptr<ParquetFile> opened(new ParquetFile());
  const Status status = guarded([&]() -> Status {
    HOWDAH_TRY(opened->read_footer(*input, deadline));
    HOWDAH_TRY(opened->read_columns());
    return opened->read_groups();
  });
  if (!status) return status.with_operation("open Parquet").with_peer(file.location.uri());
  return std::shared_ptr<const ParquetFile>(opened);
}

Status ParquetFile::read_footer(fs::InputFile& input, Deadline deadline) {
  length_bytes_ = input.length_bytes();
  if (length_bytes_ < kEndBytes + 4) return corrupt("too short for a Parquet file");
  std::string tail = HOWDAH_TRY(read_tail(input, std::min(length_bytes_, kTailBytes), deadline));
  if (tail.ends_with("PARE"))
    return Status(Code::kUnsupported, "the Parquet file is encrypted")
        .with_advice("write it without encryption");
  if (!tail.ends_with("PAR1"))
    return corrupt("it does not end as Parquet files do: truncated, or of another format");
  uint32_t length = 0;
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(&length, tail.data() + tail.size() - kEndBytes, sizeof length);
  footer_bytes_ = length;
  if (footer_bytes_ > length_bytes_ - kEndBytes - 4)
    return corrupt("its footer would be longer than the file");
  if (footer_bytes_ > kMostFooterBytes) return corrupt("its footer is longer than 128 MiB");
  if (footer_bytes_ + kEndBytes > static_cast<int64_t>(tail.size()))
    tail = HOWDAH_TRY(read_tail(input, footer_bytes_ + kEndBytes, deadline));
  const char* footer = tail.data() + tail.size() - kEndBytes - footer_bytes_;
  const Status parsed = guarded([&]() -> Status {
    metadata_ = parquet::FileMetaData::Make(footer, footer_bytes_, reader_properties());
    return Status::ok();
  });
  if (!parsed) return of_the_footer(parsed);
  if (metadata_->is_encryption_algorithm_set())
    return Status(Code::kUnsupported, "columns of the Parquet file are encrypted")
        .with_advice("write it without encryption");
  return Status::ok();
}

Status ParquetFile::read_columns() {
  parquet::arrow::SchemaManifest manifest;
  const auto made = parquet::arrow::SchemaManifest::Make(
      metadata_->schema(), metadata_->key_value_metadata(), arrow_properties(1), &manifest);
  if (!made.ok()) return of_the_footer(decoding_error(made));
  for (const auto& field : manifest.schema_fields) {
    Column column;
    column.name = field.field->name();
    if (column.name.size() > kMostNameBytes || !is_valid_utf8(column.name))
      return corrupt("a column's name is no UTF-8, or longer than 64 KiB");
    column.stored = field.field->type();
    if (field.is_leaf()) column.landing = landing_type(*column.stored);
    if (column.landing) column.leaf = field.column_index;
    columns_.push_back(std::move(column));
  }
  return Status::ok();
}

Status ParquetFile::read_groups() {
  int64_t first_row = 0, first_chunk = 0;
  for (int g = 0; g < metadata_->num_row_groups(); ++g) {
    const auto described = metadata_->RowGroup(g);
    const std::string named = "row group " + std::to_string(g);
    Group group;
    group.rows = described->num_rows();
    group.decoded_bytes = described->total_byte_size();
    if (group.rows < 0 || group.decoded_bytes < 0) return corrupt(named + " has a negative size");
    if (group.rows > kMostGroupRows)
      return Status(Code::kUnsupported, named + " has more than 2^31 - 1 rows")
          .with_advice("write smaller row groups");
    group.offset = length_bytes_;
    for (int c = 0; c < described->num_columns(); ++c) {
      const auto chunk = described->ColumnChunk(c);
      const int64_t bytes = chunk->total_compressed_size();
      int64_t begin = chunk->data_page_offset();
      if (chunk->has_dictionary_page() && chunk->dictionary_page_offset() > 0)
        begin = std::min(begin, chunk->dictionary_page_offset());
      if (begin < 0 || bytes < 0 || begin > length_bytes_ || bytes > length_bytes_ - begin)
        return corrupt(named + " would lie beyond the file's end");
      group.stored_bytes = std::min(group.stored_bytes + bytes, length_bytes_);
      group.offset = std::min(group.offset, begin);
    }
    const int64_t by_bytes = (group.decoded_bytes + kMostBytes - 1) / kMostBytes;
    const int64_t by_rows = (group.rows + kMostRows - 1) / kMostRows;
    const int64_t cuts =
        std::clamp<int64_t>(std::max(by_bytes, by_rows), 1, std::max<int64_t>(1, group.rows));
    group.rows_per_chunk = (group.rows + cuts - 1) / cuts;
    group.first_row = first_row;
    group.first_chunk = first_chunk;
    first_row += group.rows;
    first_chunk += group.chunks();
    if (first_chunk > kMostChunks) return corrupt("it claims more rows than can be counted");
    groups_.push_back(group);
  }
  return Status::ok();
}

const ParquetFile::Column* ParquetFile::column(const std::string& name) const {
  for (const Column& column : columns_)
    if (column.name == name) return &column;
  return nullptr;
}

std::vector<std::string> ParquetFile::names() const {
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  return names;
}

int64_t ParquetFile::chunks() const {
  return groups_.empty() ? 0 : groups_.back().first_chunk + groups_.back().chunks();
}

ParquetFile::Cut ParquetFile::cut(int64_t chunk) const {
  const auto after =
      std::upper_bound(groups_.begin(), groups_.end(), chunk,
                       [](int64_t at, const Group& group) { return at < group.first_chunk; });
  const auto group = std::prev(after);
  Cut cut;
  cut.group = static_cast<int>(group - groups_.begin());
  cut.first_row = (chunk - group->first_chunk) * group->rows_per_chunk;
  cut.rows = std::min(group->rows_per_chunk, group->rows - cut.first_row);
  return cut;
}

Result<std::vector<arrow::io::ReadRange>> ParquetFile::ranges(
    int group, const std::vector<int>& leaves) const {
  if (leaves.empty()) return std::vector<arrow::io::ReadRange>();
  return guarded([&]() -> Result<std::vector<arrow::io::ReadRange>> {
    const auto reader = parquet::ParquetFileReader::Open(
        std::make_shared<MemoryRanges>(length_bytes_), reader_properties(), metadata_);
    auto ranges = reader->GetReadRanges({group}, leaves, 64 << 10, kMostGroupRows);
    if (!ranges.ok()) return decoding_error(ranges.status());
    for (const auto& range : *ranges)
      if (range.offset < 0 || range.length < 0 || range.offset > length_bytes_ ||
          range.length > length_bytes_ - range.offset)
        return corrupt("it would lie beyond the file's end");
    return std::move(*ranges);
  });
}

}  // namespace howdah::formats
