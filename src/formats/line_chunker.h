// Cuts a text into chunks of whole records: chunk k holds the records whose first byte lies in
// [k * chunk_bytes, (k + 1) * chunk_bytes) of the text. A record ends with '\n', or at the end.
//
// There is a chunk k wherever the text has more than k * chunk_bytes bytes; it is empty where a
// long record covers it. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "formats/source.h"
#include "formats/text_stream.h"

namespace howdah::formats {

// How records and fields of CSV are written. A quote has a meaning where a field begins; within
// quotes a doubled one is one. After the closing quote the rest of the field is taken as it is.
struct CsvDialect {
  char delimiter = ',';
  char quote = 0;  // 0: none
  char escape = 0;
  bool quoted_line_ends = false;
};

struct ChunkerOptions {
  int64_t chunk_bytes = kChunkBytes;
  int64_t max_record_bytes = 64 << 20;  // without its line end
  CsvDialect dialect;                   // matters with quoted_line_ends alone
};
// Positions in a chunk have 31 bits: longer records cannot be allowed.
inline constexpr int64_t kMaxRecordBytes = int64_t{1} << 30;
// Readable bytes behind every chunk's last one, for loads that reach beyond it.
inline constexpr int64_t kChunkPadding = 64;

// Finds ends of records in pieces of a text, where quoted fields may hold line ends.
class QuotedLineScanner {
 public:
  explicit QuotedLineScanner(const CsvDialect& dialect) : dialect_(dialect) {}
  // Behind the record's '\n', or nullptr where the piece holds no end.
  const char* find_end(const char* begin, const char* end);

 private:
  enum class State { kFieldBegin, kPlain, kQuoted, kClosingQuote, kEscapedPlain, kEscapedQuoted };
  const CsvDialect dialect_;
  State state_ = State::kFieldBegin;
};

class LineChunker {
 public:
  // The stream stands at byte max(0, first_chunk * chunk_bytes - 1) of the text. chunks < 0: to the
  // end.
  LineChunker(std::unique_ptr<TextStream> stream, int32_t file, int32_t first_chunk, int32_t chunks,
              const ChunkerOptions& options);
  // Nothing after the last chunk. A record beyond max_record_bytes that reaches out of its chunk is
  // passed over without being held, and stands in too_long.
  Result<std::optional<RawChunk>> next(Deadline deadline);

 private:
  Status skip_to_record(Deadline deadline);
  Status read_more(size_t bytes, Deadline deadline);
  // Where the chunk's last record ends: fills `bytes` of the chunk, or too_long.
  Status gather(int64_t due, RawChunk& chunk, Deadline deadline);
  Status pass_over(size_t record_begin, RawChunk& chunk, Deadline deadline);
  Status new_buffer(size_t capacity);
  const char* data() const;

  std::unique_ptr<TextStream> stream_;
  const int32_t file_, end_chunk_;
  int32_t next_chunk_;
  const ChunkerOptions options_;
  std::shared_ptr<arrow::ResizableBuffer> buffer_;
  size_t size_ = 0;       // of the buffer: bytes from position_ on
  int64_t position_ = 0;  // of the buffer's first byte in the text; a record begins there
  bool begun_ = false, ended_ = false;
  int64_t stored_ = 0;  // of the file, already reported as read
};

}  // namespace howdah::formats
