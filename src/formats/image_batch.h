// Makes the records of a chunk out of images: the columns image, height, width, channels, label,
// name, and of IDX also set.
#pragma once

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>

#include <optional>
#include <string_view>
#include <vector>

#include "formats/image_decoder.h"
#include "formats/source.h"

namespace howdah::formats {

// All columns, or those asked for.
//   kInvalidArgument  a column that images do not have, or a type given for one
Result<TableSchema> image_schema(const prepare::SourceSpec& spec, bool has_sets);

// A record of images, as it lies in a source. Views are valid for a call.
struct ImageSample {
  std::string_view name;                  // within the source
  std::optional<std::string_view> label;  // else missing
  std::optional<std::string_view> set;    // "train", "test"
  Bytes image;                            // the file's bytes
  int64_t offset = 0;                     // where it lies, for what is wrong with it
  // Not empty: the record is bad, and there is no image.
  std::string_view rule, reason;
};

// One thread.
class ImageBatch {
 public:
  // Both outlive it.
  ImageBatch(const TableSchema& schema, const prepare::SourceSpec& spec)
      : schema_(schema), spec_(spec) {}
  // The next record of the chunk; bad where its image cannot be decoded.
  Status add(const ImageSample& sample);
  // Of pixels instead of a file's bytes.
  Status add_pixels(const ImageSample& sample, const ImageShape& shape);
  Result<ParsedChunk> finish(ChunkId id);

 private:
  Status add(const ImageSample& sample, const Result<ImageShape>& shape, Bytes stored);
  void add_bad(const ImageSample& sample, std::string rule, std::string reason);

  const TableSchema& schema_;
  const prepare::SourceSpec& spec_;
  std::vector<uint8_t> pixels_;
  int64_t held_bytes_ = 0;
  ParsedChunk parsed_;
  arrow::BinaryBuilder images_;
  arrow::Int32Builder heights_, widths_, channels_;
  arrow::StringBuilder labels_, names_, sets_;
};

}  // namespace howdah::formats
