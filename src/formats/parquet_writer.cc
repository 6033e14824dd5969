#include "formats/parquet_writer.h"

#include <arrow/array/concatenate.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include <vector>

#include "formats/arrow_status.h"
#include "formats/row_bytes.h"

namespace howdah::formats {
namespace {

Result<arrow::Compression::type> codec_of(const std::string& name) {
  if (name == "none") return arrow::Compression::UNCOMPRESSED;
  const auto codec = arrow::util::Codec::GetCompressionType(name == "lz4" ? "lz4_raw" : name);
  if (!codec.ok())
    return Status(Code::kInvalidArgument, "no compression '" + name + "'")
        .with_advice("none, snappy, gzip, zstd, lz4 or brotli");
  return *codec;
}

Result<std::shared_ptr<parquet::WriterProperties>> properties(const arrow::Schema& schema,
                                                              const WriterOptions& options) {
  const auto codec = HOWDAH_TRY(codec_of(options.compression));
  parquet::WriterProperties::Builder builder;
  builder.created_by("howdah")
      ->version(parquet::ParquetVersion::PARQUET_2_6)
      ->compression(codec)
      // Where groups end is decided here.
      ->max_row_group_length(INT64_MAX);
  if (codec == arrow::Compression::ZSTD) builder.compression_level(1);
  // Measured numbers hardly repeat: a dictionary of them costs time and is given up.
  for (const auto& field : schema.fields())
    if (arrow::is_floating(field->type()->id())) builder.disable_dictionary(field->name());
  return builder.build();
}

class ParquetWriter : public FileWriter {
 public:
  ParquetWriter(std::shared_ptr<ArrowOutput> output, std::shared_ptr<arrow::Schema> schema,
                const WriterOptions& options, std::unique_ptr<parquet::arrow::FileWriter> writer)
      : output_(std::move(output)),
        schema_(std::move(schema)),
        options_(options),
        writer_(std::move(writer)) {}

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
    HOWDAH_TRY(from_arrow(writer_->WriteTable(*table, waiting_rows_)));
    rows_ += waiting_rows_;
    waiting_rows_ = waiting_bytes_ = 0;
    return Status::ok();
  }

  std::shared_ptr<ArrowOutput> output_;
  std::shared_ptr<arrow::Schema> schema_;
  const WriterOptions options_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> waiting_;
  int64_t waiting_rows_ = 0, waiting_bytes_ = 0, rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<FileWriter>> make_parquet_writer(std::shared_ptr<ArrowOutput> output,
                                                        std::shared_ptr<arrow::Schema> schema,
                                                        const WriterOptions& options) {
  auto writer = HOWDAH_TRY(from_arrow(parquet::arrow::FileWriter::Open(
      *schema, arrow::default_memory_pool(), output, HOWDAH_TRY(properties(*schema, options)),
      parquet::ArrowWriterProperties::Builder().store_schema()->build())));
  return std::unique_ptr<FileWriter>(std::make_unique<ParquetWriter>(
      std::move(output), std::move(schema), options, std::move(writer)));
}

}  // namespace howdah::formats
