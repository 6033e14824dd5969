#include "formats/row_group.h"

#include <arrow/array/concatenate.h>
#include <arrow/buffer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/file_reader.h>

#include "formats/decode_memory.h"
#include "formats/parquet_errors.h"

namespace howdah::formats {
namespace {

constexpr int64_t kMostGroupBytes = int64_t{2} << 30;

Result<std::shared_ptr<arrow::RecordBatch>> joined(
    const std::vector<std::shared_ptr<arrow::RecordBatch>>& parts) {
  if (parts.size() == 1) return parts[0];
  arrow::ArrayVector columns;
  int64_t rows = 0;
  for (const auto& part : parts) rows += part->num_rows();
  for (int c = 0; c < parts[0]->num_columns(); ++c) {
    arrow::ArrayVector arrays;
    for (const auto& part : parts) arrays.push_back(part->column(c));
    auto column = arrow::Concatenate(arrays, decode_memory());
    if (!column.ok()) return decoding_error(column.status());
    columns.push_back(std::move(*column));
  }
  return arrow::RecordBatch::Make(parts[0]->schema(), rows, std::move(columns));
}

}  // namespace

Result<std::shared_ptr<RowGroup>> RowGroup::read(std::shared_ptr<const ParquetFile> file, int group,
                                                 std::vector<int> leaves, fs::InputFile& input,
                                                 Deadline deadline) {
  const std::shared_ptr<RowGroup> result(new RowGroup(std::move(file), group, std::move(leaves)));
  const auto ranges = HOWDAH_TRY(result->file_->ranges(group, result->leaves_));
  int64_t total = 0;
  for (const auto& range : ranges) total += range.length;
  if (total > kMostGroupBytes)
    return Status(Code::kUnsupported, "its columns take more than 2 GiB")
        .with_advice("write smaller row groups");
  for (const auto& range : ranges) {
    auto buffer = HOWDAH_TRY(from_arrow(arrow::AllocateBuffer(range.length)));
    const MutableBytes into(reinterpret_cast<std::byte*>(buffer->mutable_data()),
                            static_cast<size_t>(range.length));
    const size_t got = HOWDAH_TRY(input.read_at(range.offset, into, deadline));
    if (got != into.size()) return Status(Code::kCorrupt, "the file ends before its columns do");
    result->bytes_.emplace_back(range.offset, std::move(buffer));
  }
  return result;
}

Result<std::unique_ptr<RowGroup::Decoder>> RowGroup::decoder() const {
  auto bytes = std::make_shared<MemoryRanges>(file_->length_bytes());
  for (const auto& [offset, buffer] : bytes_) bytes->add(offset, buffer);
  auto file =
      parquet::ParquetFileReader::Open(bytes, ParquetFile::reader_properties(), file_->metadata());
  auto made = parquet::arrow::FileReader::Make(
      decode_memory(), std::move(file), ParquetFile::arrow_properties(described().rows_per_chunk));
  if (!made.ok()) return decoding_error(made.status());
  auto decoder = std::make_unique<Decoder>();
  decoder->reader = std::move(*made);
  auto batches = decoder->reader->GetRecordBatchReader({group_}, leaves_);
  if (!batches.ok()) return decoding_error(batches.status());
  decoder->batches = std::move(*batches);
  return decoder;
}

Result<std::shared_ptr<arrow::RecordBatch>> RowGroup::Decoder::next(int64_t rows) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> parts;
  int64_t got = 0;
  while (got < rows) {
    std::shared_ptr<arrow::RecordBatch> part;
    const auto status = batches->ReadNext(&part);
    if (!status.ok()) return decoding_error(status);
    if (!part || part->num_rows() == 0)
      return Status(Code::kCorrupt, "fewer rows than the footer says");
    got += part->num_rows();
    parts.push_back(std::move(part));
  }
  if (got > rows) return Status(Code::kCorrupt, "more rows than the footer says");
  position += rows;
  return joined(parts);
}

Result<std::shared_ptr<arrow::RecordBatch>> RowGroup::rows(const ParquetFile::Cut& cut) {
  if (leaves_.empty() || cut.rows == 0)
    return arrow::RecordBatch::Make(arrow::schema({}), cut.rows, arrow::ArrayVector());
  const DecodeAllowance allowance(kMostDecodedBytes);
  const MutexLock lock(mutex_);
  std::unique_ptr<Decoder> going_on = std::move(decoder_);
  auto decoded = guarded([&]() -> Result<std::shared_ptr<arrow::RecordBatch>> {
    if (!going_on || going_on->position > cut.first_row) going_on = HOWDAH_TRY(decoder());
    while (going_on->position < cut.first_row)
      HOWDAH_TRY(going_on->next(described().rows_per_chunk));
    return going_on->next(cut.rows);
  });
  // An error leaves it in no known state.
  if (decoded && going_on->position < described().rows) decoder_ = std::move(going_on);
  return decoded;
}

}  // namespace howdah::formats
