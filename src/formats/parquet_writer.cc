#include "formats/parquet_writer.h"

#include <arrow/array/array_primitive.h>
#include <arrow/array/concatenate.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include <bit>
#include <unordered_set>
#include <vector>

#include "formats/arrow_status.h"
#include "formats/row_bytes.h"

namespace howdah::formats {
namespace {

// Of the values by which it is decided.
constexpr size_t kDictionarySample = 8192;

Result<arrow::Compression::type> codec_of(const std::string& name) {
  if (name == "none") return arrow::Compression::UNCOMPRESSED;
  const auto codec = arrow::util::Codec::GetCompressionType(name == "lz4" ? "lz4_raw" : name);
  if (!codec.ok())
    return Status(Code::kInvalidArgument, "no compression '" + name + "'")
        .with_advice("none, snappy, gzip, zstd, lz4 or brotli");
  return *codec;
}

// Whether half of the first numbers or more repeat others: then a dictionary of them is small. Of
// measured numbers it costs time and is given up.
template <typename ArrayType, typename Bits>
bool repeats(const arrow::Array& column) {
  const auto& array = static_cast<const ArrayType&>(column);
  std::unordered_set<Bits> distinct;  // so that all NaN are one
  size_t present = 0;
  for (int64_t i = 0; i < array.length() && present < kDictionarySample; ++i) {
    if (array.IsNull(i)) continue;
    ++present;
    distinct.insert(std::bit_cast<Bits>(array.Value(i)));
  }
  return distinct.size() <= present / 2;
}

bool wants_dictionary(const arrow::Array& column) {
  if (column.type_id() == arrow::Type::DOUBLE) return repeats<arrow::DoubleArray, uint64_t>(column);
  if (column.type_id() == arrow::Type::FLOAT) return repeats<arrow::FloatArray, uint32_t>(column);
  return !arrow::is_floating(column.type_id());
}

// For a file that begins with this table.
std::shared_ptr<parquet::WriterProperties> properties(const arrow::Table& table,
                                                      arrow::Compression::type codec) {
  parquet::WriterProperties::Builder builder;
  builder.created_by("howdah")
      ->version(parquet::ParquetVersion::PARQUET_2_6)
      ->compression(codec)
      // Where groups end is decided here.
      ->max_row_group_length(INT64_MAX);
  if (codec == arrow::Compression::ZSTD) builder.compression_level(1);
  for (int c = 0; c < table.num_columns(); ++c)
    for (const auto& part : table.column(c)->chunks())  // one at most
      if (!wants_dictionary(*part)) builder.disable_dictionary(table.field(c)->name());
  return builder.build();
}

class ParquetWriter : public FileWriter {
 public:
  ParquetWriter(std::shared_ptr<ArrowOutput> output, std::shared_ptr<arrow::Schema> schema,
                const WriterOptions& options, arrow::Compression::type codec)
      : output_(std::move(output)), schema_(std::move(schema)), options_(options), codec_(codec) {}

  ~ParquetWriter() override {
    output_->abandon();  // Arrow's writer would complete the file
  }

  Status write(const arrow::RecordBatch& batch) override {
    for (int64_t begin = 0; begin < batch.num_rows();) {
      const int64_t end = group_end(batch, begin);
      waiting_.push_back(batch.Slice(begin, end - begin));
      waiting_rows_ += end - begin;
      waiting_bytes_ += row_bytes(batch, begin, end);
      begin = end;
      if (group_is_full()) HOWDAH_TRY(write_group());
    }
    return Status::ok();
  }

  Result<Written> close() override {
    if (waiting_rows_ > 0) HOWDAH_TRY(write_group());
    if (!writer_) HOWDAH_TRY(begin(*HOWDAH_TRY(from_arrow(arrow::Table::MakeEmpty(schema_)))));
    HOWDAH_TRY(from_arrow(writer_->Close()));
    HOWDAH_TRY(from_arrow(output_->Close()));
    return Written{rows_, output_->Tell().ValueOr(0), output_->sha256()};
  }

  int64_t buffered_bytes() const override { return waiting_bytes_; }

 private:
  bool group_is_full() const {
    return waiting_rows_ >= options_.row_group_rows || waiting_bytes_ >= options_.row_group_bytes;
  }
  // A group ends with the first row that fills it, in whatever batch it comes.
  int64_t group_end(const arrow::RecordBatch& batch, int64_t begin) const {
    int64_t low = begin + 1;
    int64_t high = std::min(batch.num_rows(), begin + options_.row_group_rows - waiting_rows_);
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      if (waiting_bytes_ + row_bytes(batch, begin, middle) >= options_.row_group_bytes)
        high = middle;
      else
        low = middle + 1;
    }
    return low;
  }

  Status begin(const arrow::Table& first) {
    writer_ = HOWDAH_TRY(from_arrow(parquet::arrow::FileWriter::Open(
        *schema_, arrow::default_memory_pool(), output_, properties(first, codec_),
        parquet::ArrowWriterProperties::Builder().store_schema()->build())));
    return Status::ok();
  }

  Status write_group() {
    // One array a column: Parquet's pages would otherwise show where batches ended.
    std::vector<std::shared_ptr<arrow::ChunkedArray>> columns;
    for (int c = 0; c < schema_->num_fields(); ++c) {
      arrow::ArrayVector parts;
      for (const auto& batch : waiting_) parts.push_back(batch->column(c));
      columns.push_back(
          std::make_shared<arrow::ChunkedArray>(HOWDAH_TRY(from_arrow(arrow::Concatenate(parts)))));
    }
    const auto table = arrow::Table::Make(schema_, std::move(columns), waiting_rows_);
    waiting_.clear();
    if (!writer_) HOWDAH_TRY(begin(*table));
    HOWDAH_TRY(from_arrow(writer_->WriteTable(*table, waiting_rows_)));
    rows_ += waiting_rows_;
    waiting_rows_ = waiting_bytes_ = 0;
    return Status::ok();
  }

  std::shared_ptr<ArrowOutput> output_;
  std::shared_ptr<arrow::Schema> schema_;
  const WriterOptions options_;
  const arrow::Compression::type codec_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;  // from the first group on
  std::vector<std::shared_ptr<arrow::RecordBatch>> waiting_;
  int64_t waiting_rows_ = 0, waiting_bytes_ = 0, rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<FileWriter>> make_parquet_writer(std::shared_ptr<ArrowOutput> output,
                                                        std::shared_ptr<arrow::Schema> schema,
                                                        const WriterOptions& options) {
  const auto codec = HOWDAH_TRY(codec_of(options.compression));
  return std::unique_ptr<FileWriter>(
      std::make_unique<ParquetWriter>(std::move(output), std::move(schema), options, codec));
}

}  // namespace howdah::formats
