#include "formats/text_parser.h"

#include <arrow/buffer.h>
#include <fmt/core.h>

#include <algorithm>

#include "formats/line_chunker.h"

namespace howdah::formats {
namespace {

constexpr size_t kContentBytes = 4 << 10;
constexpr size_t kValueBytes = 60;

}  // namespace

ChunkText::ChunkText(const RawChunk& chunk, Encoding encoding) : first_byte_(chunk.first_byte) {
  const std::string_view bytes(reinterpret_cast<const char*>(chunk.bytes->data()),
                               static_cast<size_t>(chunk.bytes->size()));
  text_ = bytes;
  if (encoding == Encoding::kLatin1 || encoding == Encoding::kWindows1252) {
    copy_ = single_byte_to_utf8(bytes, encoding);
    converted_ = true;
  } else if (chunk.bytes->capacity() - chunk.bytes->size() < kChunkPadding) {
    copy_.reserve(bytes.size() + kChunkPadding);
    copy_ = bytes;
  }
  if (converted_ || !copy_.empty()) {
    const size_t size = copy_.size();
    copy_.append(kChunkPadding, '\0');
    text_ = std::string_view(copy_).substr(0, size);
  }
  if (text_.empty()) {
    copy_.assign(kChunkPadding, '\0');
    text_ = std::string_view(copy_).substr(0, 0);
  }
  valid_ = is_valid_utf8(text_);
}

int64_t ChunkText::offset_of(size_t position) const {
  return first_byte_ +
         static_cast<int64_t>(converted_ ? single_byte_position(text_, position) : position);
}

void BadRecords::add(uint32_t row, size_t begin, size_t end, const char* rule, std::string reason) {
  bad_.push_back({row, text_.offset_of(begin), rule, std::move(reason),
                  printable(text_.text().substr(begin, end - begin), kContentBytes)});
}

std::vector<BadRecord> BadRecords::finish(const RawChunk& chunk, const TextOptions& options,
                                          int64_t* rows_read) {
  std::stable_sort(bad_.begin(), bad_.end(),
                   [](const BadRecord& a, const BadRecord& b) { return a.row < b.row; });
  if (chunk.too_long) {
    std::string content = chunk.too_long->content;
    if (options.encoding == Encoding::kLatin1 || options.encoding == Encoding::kWindows1252)
      content = single_byte_to_utf8(content, options.encoding);
    bad_.push_back({*rows_read, chunk.too_long->offset, "too_long",
                    too_long_reason(chunk.too_long->length_bytes, options),
                    printable(content, kContentBytes)});
    ++*rows_read;
  }
  return std::move(bad_);
}

std::string too_long_reason(int64_t length_bytes, const TextOptions& options) {
  return fmt::format("{} bytes where max_record allows {}", length_bytes, options.max_record_bytes);
}

std::string type_error_reason(std::string_view value, const TableColumn& column) {
  const char* type = "value";
  switch (column.type) {
    case Inferred::kBool:
      type = "bool";
      break;
    case Inferred::kInt64:
      type = "int64";
      break;
    case Inferred::kFloat64:
      type = "float64";
      break;
    case Inferred::kDate:
      type = "date";
      break;
    case Inferred::kTimestamp:
      type = "timestamp";
      break;
    default:
      break;
  }
  return fmt::format("'{}' in the column '{}' is no {}", printable(value, kValueBytes), column.name,
                     type);
}

}  // namespace howdah::formats
