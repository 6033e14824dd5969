// Finds the fields of delimited text, some 64 KiB of whole rows at a time.
//
// Lines without quotes and escapes are scanned 64 bytes at a time (after Langdale and Lemire,
// "Parsing Gigabytes of JSON per Second"); lines with them field by field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/line_chunker.h"

namespace howdah::formats {

// Rows with the right number of fields. Positions are in the text.
struct RowBlock {
  size_t columns = 0;
  std::vector<uint32_t> ends;     // of field c of row r: ends[r * columns + c]
  std::vector<uint32_t> begins;   // of the rows
  std::vector<uint32_t> numbers;  // of the rows: their positions in the chunk
  bool special = false;           // some row has a quote or an escape
  size_t text_bytes = 0;          // of the rows and what lies between them

  size_t rows() const { return begins.size(); }
  uint32_t row_end(size_t row) const { return ends[(row + 1) * columns - 1]; }
  // Takes rows out. Ascending, each once.
  void drop(const std::vector<uint32_t>& rows);
};

struct RowDefect {
  uint32_t number = 0;          // position in the chunk
  uint32_t begin = 0, end = 0;  // of its text
  enum class Kind { kFields, kUnclosedQuote, kTooLong } kind = Kind::kFields;
  uint32_t fields = 0;
};

class CsvTokenizer {
 public:
  // The text stays where it is, with kChunkPadding readable bytes behind it, and is shorter than
  // 2 GiB. columns > 0.
  CsvTokenizer(std::string_view text, const CsvDialect& dialect, size_t columns,
               int64_t max_record_bytes);

  // Some of the rows that follow; false at the end. Empty lines are no rows.
  bool next(RowBlock& block, std::vector<RowDefect>& defects);
  // Of all rows so far, defective ones too.
  uint32_t rows_read() const { return rows_read_; }

  // The fields of the first line that is not empty, taken out of their quotes; moves behind it.
  // Nothing where there is no such line, or its quote is not closed.
  std::vector<std::string> read_names();
  size_t position() const { return at_; }
  void start_at(size_t position) { at_ = position; }

 private:
  void separate(size_t enough);
  bool scan_blocks(size_t* at, size_t stop);
  size_t scan_line(size_t begin, bool* special);
  const char* scan_quoted(const char* at, const char* end, bool* closed) const;
  void push(size_t position) { separators_.push_back(static_cast<uint32_t>(position)); }

  const std::string_view text_;
  const CsvDialect dialect_;
  const size_t columns_;
  const size_t max_record_bytes_;
  size_t at_ = 0;  // where the next row begins
  uint32_t rows_read_ = 0;
  bool lines_are_special_ = false;  // the last one was
  bool any_special_ = false;
  std::vector<uint32_t> separators_;  // ends of fields
  std::vector<uint32_t> line_ends_;   // those of them that end rows
  std::vector<uint32_t> unclosed_;    // those of these that end rows with an open quote
};

// Takes a field out of its quotes and escapes; the answer is a part of the field or of `scratch`
// (with 16 readable bytes behind).
std::string_view unquote(std::string_view field, const CsvDialect& dialect, std::string& scratch);

}  // namespace howdah::formats
