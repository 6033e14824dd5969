#include "formats/image_batch.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>

#include "base/nearest.h"
#include "formats/arrow_status.h"
#include "formats/image_pixels.h"
#include "formats/text_encoding.h"

namespace howdah::formats {
namespace {

// Arrow's offsets have 31 bits, and a chunk's small files may hold enormous images.
constexpr int64_t kMostChunkBytes = int64_t{1} << 30;
constexpr size_t kContentBytes = 4 << 10;

std::vector<TableColumn> all_columns(bool has_sets) {
  std::vector<TableColumn> columns = {{"image", Inferred::kBinary, false, arrow::binary()},
                                      {"height", Inferred::kInt64, false, arrow::int32()},
                                      {"width", Inferred::kInt64, false, arrow::int32()},
                                      {"channels", Inferred::kInt64, false, arrow::int32()},
                                      {"label", Inferred::kString, false, arrow::utf8()},
                                      {"name", Inferred::kString, false, arrow::utf8()}};
  if (has_sets) columns.push_back({"set", Inferred::kString, false, arrow::utf8()});
  return columns;
}

arrow::Status append(arrow::StringBuilder& builder, const std::optional<std::string_view>& text) {
  return text ? builder.Append(*text) : builder.AppendNull();
}

}  // namespace

Result<TableSchema> image_schema(const prepare::SourceSpec& spec, bool has_sets) {
  TableSchema schema;
  const auto all = all_columns(has_sets);
  if (!spec.types.empty())
    return Status(Code::kInvalidArgument, "the columns of images have their own types")
        .with_peer(spec.where)
        .with_advice("leave out `types`");
  if (spec.columns.empty()) schema.columns = all;
  for (const std::string& name : spec.columns) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const TableColumn& column) { return column.name == name; });
    if (found != all.end()) {
      schema.columns.push_back(*found);
      continue;
    }
    std::vector<std::string> names;
    for (const TableColumn& column : all) names.push_back(column.name);
    const std::string near = nearest(name, names);
    return Status(Code::kInvalidArgument, "images have no column '" + name + "'")
        .with_peer(spec.where)
        .with_advice(near.empty() ? "they have image, height, width, channels, label and name"
                                  : "there is '" + near + "'");
  }
  return schema;
}

void ImageBatch::add_bad(const ImageSample& sample, std::string rule, std::string reason) {
  parsed_.bad.push_back({parsed_.rows_read, sample.offset, std::move(rule), std::move(reason),
                         printable(sample.name, kContentBytes)});
  ++parsed_.rows_read;
}

Status ImageBatch::add(const ImageSample& sample) {
  if (!sample.rule.empty()) {
    add_bad(sample, std::string(sample.rule), std::string(sample.reason));
    return Status::ok();
  }
  const auto shape = decode_image(sample.image, spec_.images, spec_.max_record_bytes, pixels_);
  return add(sample, shape,
             spec_.images.encoded ? sample.image : std::as_bytes(std::span(pixels_)));
}

Status ImageBatch::add_pixels(const ImageSample& sample, const ImageShape& shape) {
  const auto made = convert_pixels(reinterpret_cast<const uint8_t*>(sample.image.data()), shape,
                                   spec_.images, spec_.max_record_bytes, pixels_);
  return add(sample, made, std::as_bytes(std::span(pixels_)));
}

Status ImageBatch::add(const ImageSample& sample, const Result<ImageShape>& shape, Bytes stored) {
  if (shape.status().code() == Code::kOutOfMemory) return shape.status();
  if (!shape) {
    const bool long_one = shape.status().code() == Code::kFailedPrecondition;
    add_bad(sample, long_one ? "too_long" : "unreadable", shape.status().message());
    return Status::ok();
  }
  if (!is_valid_utf8(sample.name) || (sample.label && !is_valid_utf8(*sample.label))) {
    add_bad(sample, "encoding", "a name or a label that is not UTF-8");
    return Status::ok();
  }
  const auto bytes = static_cast<int64_t>(stored.size());
  if (held_bytes_ + bytes > kMostChunkBytes) {
    add_bad(sample, "too_long",
            fmt::format("with the images before it in its chunk it takes more than {} bytes",
                        kMostChunkBytes));
    return Status::ok();
  }
  held_bytes_ += bytes;
  parsed_.rows.push_back(static_cast<uint32_t>(parsed_.rows_read++));
  HOWDAH_TRY(from_arrow(images_.Append(as_text(stored))));
  HOWDAH_TRY(from_arrow(heights_.Append(static_cast<int32_t>(shape->height))));
  HOWDAH_TRY(from_arrow(widths_.Append(static_cast<int32_t>(shape->width))));
  HOWDAH_TRY(from_arrow(channels_.Append(static_cast<int32_t>(shape->channels))));
  HOWDAH_TRY(from_arrow(append(labels_, sample.label)));
  HOWDAH_TRY(from_arrow(names_.Append(sample.name)));
  return from_arrow(append(sets_, sample.set));
}

Result<ParsedChunk> ImageBatch::finish(ChunkId id) {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  arrow::ArrayBuilder* builders[] = {&images_, &heights_, &widths_, &channels_,
                                     &labels_, &names_,   &sets_};
  const auto all = all_columns(true);
  for (const TableColumn& column : schema_.columns) {
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const TableColumn& one) { return one.name == column.name; });
    if (found == all.end())
      return Status(Code::kInternal, "images have no column '" + column.name + "'");
    arrays.push_back(HOWDAH_TRY(from_arrow(builders[found - all.begin()]->Finish())));
  }
  parsed_.id = id;
  parsed_.batch = arrow::RecordBatch::Make(
      schema_.to_arrow(), static_cast<int64_t>(parsed_.rows.size()), std::move(arrays));
  return std::move(parsed_);
}

}  // namespace howdah::formats
