#include "formats/text_writer.h"

#include <arrow/io/compressed.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>

#include <vector>

#include "formats/arrow_status.h"
#include "formats/value_text.h"

namespace howdah::formats {
namespace {

using Columns = std::vector<std::unique_ptr<ColumnText>>;

constexpr size_t kBuffer = 1 << 20;

bool needs_quotes(std::string_view value) {
  return value.empty() || value.find_first_of(",\"\r\n") != std::string_view::npos ||
         value.front() == ' ' || value.back() == ' ';
}

void append_csv(std::string_view value, bool is_text, std::string& line) {
  if (!is_text || !needs_quotes(value)) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

class TextWriter : public FileWriter {
 public:
  TextWriter(std::shared_ptr<ArrowOutput> output,
             std::shared_ptr<arrow::io::OutputStream> compressed,
             std::shared_ptr<arrow::Schema> schema, prepare::OutputFormat format)
      : output_(std::move(output)),
        to_(std::move(compressed)),
        schema_(std::move(schema)),
        format_(format) {
    for (const auto& field : schema_->fields()) {
      std::string key;
      append_json_string(field->name(), key);
      keys_.push_back(std::move(key));
    }
    if (format_ == prepare::OutputFormat::kCsv) append_header();
  }

  Status write(const arrow::RecordBatch& batch) override {
    Columns columns;
    for (const auto& column : batch.columns()) columns.push_back(HOWDAH_TRY(column_text(column)));
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      switch (format_) {
        case prepare::OutputFormat::kCsv:
          append_csv_row(columns, row);
          break;
        case prepare::OutputFormat::kJsonLines:
          append_json_row(columns, row);
          break;
        default:
          append_line(columns, row);
          break;
      }
      if (buffer_.size() >= kBuffer) HOWDAH_TRY(flush());
    }
    rows_ += batch.num_rows();
    return Status::ok();
  }

  Result<Written> close() override {
    HOWDAH_TRY(flush());
    HOWDAH_TRY(from_arrow(to_->Close()));
    HOWDAH_TRY(from_arrow(output_->Close()));
    return Written{rows_, output_->Tell().ValueOr(0), output_->sha256()};
  }

  int64_t buffered_bytes() const override { return static_cast<int64_t>(buffer_.size()); }

 private:
  void append_header() {
    for (int c = 0; c < schema_->num_fields(); ++c) {
      if (c > 0) buffer_ += ',';
      append_csv(schema_->field(c)->name(), true, buffer_);
    }
    buffer_ += '\n';
  }
  void append_csv_row(const Columns& columns, int64_t row) {
    for (size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) buffer_ += ',';
      if (columns[c]->is_missing(row)) {
        if (columns.size() == 1) buffer_ += "\"\"";  // an empty line is no record
        continue;
      }
      value_.clear();
      columns[c]->append(row, value_);
      // Texts, and the brackets and commas of lists.
      append_csv(value_, true, buffer_);
    }
    buffer_ += '\n';
  }
  void append_json_row(const Columns& columns, int64_t row) {
    buffer_ += '{';
    for (size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) buffer_ += ',';
      buffer_ += keys_[c];
      buffer_ += ':';
      columns[c]->append_json(row, buffer_);
    }
    buffer_ += "}\n";
  }
  // A line end within a text would make two records of it.
  void append_line(const Columns& columns, int64_t row) {
    value_.clear();
    if (!columns[0]->is_missing(row)) columns[0]->append(row, value_);
    for (char& c : value_)
      if (c == '\n' || c == '\r') c = ' ';
    buffer_ += value_;
    buffer_ += '\n';
  }
  Status flush() {
    const Status status = from_arrow(to_->Write(buffer_));
    buffer_.clear();
    return status;
  }

  std::shared_ptr<ArrowOutput> output_;
  std::shared_ptr<arrow::io::OutputStream> to_;
  std::shared_ptr<arrow::Schema> schema_;
  const prepare::OutputFormat format_;
  std::vector<std::string> keys_;
  std::string buffer_, value_;
  int64_t rows_ = 0;
};

// What stays open when another closes it.
class Borrowed : public arrow::io::OutputStream {
 public:
  explicit Borrowed(std::shared_ptr<ArrowOutput> to) : to_(std::move(to)) {}
  arrow::Status Write(const void* data, int64_t bytes) override { return to_->Write(data, bytes); }
  using arrow::io::OutputStream::Write;
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return to_->Tell(); }
  bool closed() const override { return closed_; }

 private:
  std::shared_ptr<ArrowOutput> to_;
  bool closed_ = false;
};

}  // namespace

std::string text_suffix(const WriterOptions& options) {
  const char* name = options.format == prepare::OutputFormat::kCsv         ? ".csv"
                     : options.format == prepare::OutputFormat::kJsonLines ? ".jsonl"
                                                                           : ".txt";
  if (options.compression == "gzip") return std::string(name) + ".gz";
  if (options.compression == "zstd") return std::string(name) + ".zst";
  return name;
}

Status check_text_schema(const arrow::Schema& schema) {
  if (schema.num_fields() == 1) return Status::ok();
  return Status(Code::kInvalidArgument,
                "text files hold one column, and there are " + std::to_string(schema.num_fields()))
      .with_advice("keep one column with `select`, or write csv, jsonl or parquet");
}

Result<std::unique_ptr<FileWriter>> make_text_writer(std::shared_ptr<ArrowOutput> output,
                                                     std::shared_ptr<arrow::Schema> schema,
                                                     const WriterOptions& options) {
  std::shared_ptr<arrow::io::OutputStream> to = std::make_shared<Borrowed>(output);
  if (options.compression == "gzip" || options.compression == "zstd") {
    const auto codec = HOWDAH_TRY(from_arrow(arrow::util::Codec::Create(
        options.compression == "gzip" ? arrow::Compression::GZIP : arrow::Compression::ZSTD)));
    to = HOWDAH_TRY(from_arrow(arrow::io::CompressedOutputStream::Make(codec.get(), to)));
  }
  return std::unique_ptr<FileWriter>(std::make_unique<TextWriter>(
      std::move(output), std::move(to), std::move(schema), options.format));
}

}  // namespace howdah::formats
