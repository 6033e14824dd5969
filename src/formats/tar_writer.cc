#include "formats/tar_writer.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include <optional>
#include <vector>

#include "formats/arrow_status.h"
#include "formats/image_decoder.h"
#include "formats/png_encoder.h"
#include "formats/tar_header.h"
#include "formats/value_text.h"

namespace howdah::formats {
namespace {

constexpr const char* kImage = "image";
constexpr const char* kLabel = "label";
constexpr size_t kBufferBytes = 1 << 20;

bool holds_bytes(const arrow::DataType& type) {
  return type.id() == arrow::Type::BINARY || type.id() == arrow::Type::LARGE_BINARY;
}

std::string_view bytes_at(const arrow::Array& column, int64_t row) {
  if (column.type_id() == arrow::Type::BINARY)
    return static_cast<const arrow::BinaryArray&>(column).GetView(row);
  return static_cast<const arrow::LargeBinaryArray&>(column).GetView(row);
}

// Of columns that are there, whole, and small enough for an image.
std::optional<int64_t> side_at(const arrow::RecordBatch& batch, const char* name, int64_t row) {
  const auto column = batch.GetColumnByName(name);
  if (!column || column->IsNull(row)) return std::nullopt;
  if (column->type_id() == arrow::Type::INT32)
    return static_cast<const arrow::Int32Array&>(*column).Value(row);
  if (column->type_id() == arrow::Type::INT64)
    return static_cast<const arrow::Int64Array&>(*column).Value(row);
  return std::nullopt;
}

class TarWriter : public FileWriter {
 public:
  TarWriter(std::shared_ptr<ArrowOutput> output, std::shared_ptr<arrow::Schema> schema)
      : output_(std::move(output)), schema_(std::move(schema)) {
    for (const auto& field : schema_->fields()) {
      std::string key;
      append_json_string(field->name(), key);
      keys_.push_back(std::move(key));
    }
  }

  Status write(const arrow::RecordBatch& batch) override {
    const auto images = batch.GetColumnByName(kImage);
    if (!images) return Status(Code::kInternal, "a batch without images");
    std::vector<std::unique_ptr<ColumnText>> texts;
    for (int c = 0; c < batch.num_columns(); ++c) {
      texts.emplace_back();
      if (schema_->field(c)->name() != kImage)
        texts.back() = HOWDAH_TRY(column_text(batch.column(c)));
    }
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      if (images->IsNull(row))
        return Status(Code::kInvalidArgument, fmt::format("record {} has no image", rows_))
            .with_advice("drop such records: clean: {drop_missing: [image]}");
      HOWDAH_TRY(write_image(batch, bytes_at(*images, row), row));
      HOWDAH_TRY(write_texts(texts, row));
      ++rows_;
    }
    return Status::ok();
  }

  Result<Written> close() override {
    buffer_.append(2 * kTarBlock, '\0');
    HOWDAH_TRY(flush());
    HOWDAH_TRY(from_arrow(output_->Close()));
    return Written{rows_, output_->Tell().ValueOr(0), output_->sha256()};
  }

  int64_t buffered_bytes() const override { return static_cast<int64_t>(buffer_.size()); }

 private:
  // Pixels where their number is that of the sides, else what a file of images begins with.
  Status write_image(const arrow::RecordBatch& batch, std::string_view image, int64_t row) {
    const auto height = side_at(batch, "height", row), width = side_at(batch, "width", row),
               channels = side_at(batch, "channels", row);
    if (height && width && channels && check_image_size(*height, *width).is_ok() &&
        *channels >= 1 && *channels <= 4) {
      const ImageShape shape{*height, *width, *channels};
      if (shape.bytes() == static_cast<int64_t>(image.size())) {
        HOWDAH_TRY(encode_png(reinterpret_cast<const uint8_t*>(image.data()), shape, content_));
        return add_member("png", content_);
      }
    }
    switch (image_kind(as_bytes(image))) {
      case ImageKind::kJpeg:
        return add_member("jpg", image);
      case ImageKind::kPng:
        return add_member("png", image);
      default:
        return Status(Code::kInvalidArgument,
                      fmt::format("the image of record {} is neither height x width x channels "
                                  "bytes, nor JPEG, nor PNG",
                                  rows_))
            .with_advice("keep the columns height, width and channels with the images");
    }
  }

  Status write_texts(const std::vector<std::unique_ptr<ColumnText>>& texts, int64_t row) {
    std::string json;
    for (size_t c = 0; c < texts.size(); ++c) {
      const std::string& name = schema_->field(static_cast<int>(c))->name();
      if (name == kImage) continue;
      if (name == kLabel) {
        if (texts[c]->is_missing(row)) continue;
        content_.clear();
        texts[c]->append(row, content_);
        HOWDAH_TRY(add_member("cls", content_));
        continue;
      }
      json += json.empty() ? '{' : ',';
      json += keys_[c];
      json += ':';
      texts[c]->append_json(row, json);
    }
    return json.empty() ? Status::ok() : add_member("json", json + "}");
  }

  Status add_member(const char* kind, std::string_view content) {
    const auto size = static_cast<int64_t>(content.size());
    const TarBlock header = tar_header(fmt::format("{:09}.{}", rows_, kind), size);
    buffer_.append(header.data(), header.size());
    buffer_.append(content);
    buffer_.append(static_cast<size_t>(tar_padding(size)), '\0');
    return buffer_.size() >= kBufferBytes ? flush() : Status::ok();
  }
  Status flush() {
    const Status status = from_arrow(output_->Write(buffer_));
    buffer_.clear();
    return status;
  }

  std::shared_ptr<ArrowOutput> output_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::string> keys_;
  std::string buffer_, content_;
  int64_t rows_ = 0;
};

}  // namespace

Status check_tar_schema(const arrow::Schema& schema) {
  const auto image = schema.GetFieldByName(kImage);
  if (!image || !holds_bytes(*image->type()))
    return Status(Code::kInvalidArgument,
                  image ? "the column 'image' holds " + image->type()->ToString() +
                              ", and tar shards need bytes"
                        : "tar shards hold images, and there is no column 'image'")
        .with_advice("write parquet");
  for (const auto& field : schema.fields()) {
    if (field->name() == kImage) continue;
    const auto none = HOWDAH_TRY(from_arrow(arrow::MakeEmptyArray(field->type())));
    const auto text = column_text(none);
    if (!text) return text.status().with_peer("column '" + field->name() + "'");
  }
  return Status::ok();
}

Result<std::unique_ptr<FileWriter>> make_tar_writer(std::shared_ptr<ArrowOutput> output,
                                                    std::shared_ptr<arrow::Schema> schema) {
  return std::unique_ptr<FileWriter>(
      std::make_unique<TarWriter>(std::move(output), std::move(schema)));
}

}  // namespace howdah::formats
