// What the parsers of all text formats share: the text of a chunk in UTF-8, and the report of what
// cannot be read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/missing_words.h"
#include "formats/source.h"
#include "formats/text_encoding.h"

namespace howdah::formats {

// How the records of a source are parsed; one for all chunks.
struct TextOptions {
  explicit TextOptions(const prepare::SourceSpec& spec) : words(spec.missing_words) {}
  MissingWords words;
  Encoding encoding = Encoding::kUtf8;
  bool errors_become_missing = false;
  int64_t max_record_bytes = 64 << 20;
};

// A chunk's text in UTF-8, with kChunkPadding readable bytes behind it.
class ChunkText {
 public:
  ChunkText(const RawChunk& chunk, Encoding encoding);
  ChunkText(const ChunkText&) = delete;
  ChunkText& operator=(const ChunkText&) = delete;
  std::string_view text() const { return text_; }
  // All of it; otherwise each record is to be looked at.
  bool valid() const { return valid_; }
  // Where a byte of the text lies in the (decompressed) file.
  int64_t offset_of(size_t position) const;

 private:
  int64_t first_byte_;
  bool converted_ = false, valid_ = true;
  std::string copy_;
  std::string_view text_;
};

// Gathers bad records, in any order.
class BadRecords {
 public:
  explicit BadRecords(const ChunkText& text) : text_(text) {}
  void add(uint32_t row, size_t begin, size_t end, const char* rule, std::string reason);
  size_t size() const { return bad_.size(); }
  // Ascending; with the reader's too long record, which has the number `rows_read`, and counts.
  std::vector<BadRecord> finish(const RawChunk& chunk, const TextOptions& options,
                                int64_t* rows_read);

 private:
  const ChunkText& text_;
  std::vector<BadRecord> bad_;
};

std::string too_long_reason(int64_t length_bytes, const TextOptions& options);
std::string type_error_reason(std::string_view value, const TableColumn& column);

}  // namespace howdah::formats
