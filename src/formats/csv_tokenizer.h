// Finds the fields of delimited text, some 64 KiB of whole rows at a time.
//
// Lines without quotes and escapes are scanned 64 bytes at a time (after Langdale and Lemire,
// "Parsing Gigabytes of JSON per Second"); lines with them field by field.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/line_chunker.h"

namespace howdah::formats {

// Positions that grow by up to 64 at a time, without being cleared first.
class PositionList {
 public:
  void clear() { size_ = 0; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  uint32_t* data() { return data_.get(); }
  uint32_t& operator[](size_t i) { return data_[i]; }
  uint32_t back() const { return data_[size_ - 1]; }
  void pop_back() { --size_; }
  void push(size_t position) {
    if (capacity_ - size_ < 64) [[unlikely]]
      grow();
    data_[size_++] = static_cast<uint32_t>(position);
  }
  // base + i for each bit i of the mask.
  void push_mask(uint64_t mask, size_t base) {
    if (capacity_ - size_ < 64) [[unlikely]]
      grow();
    uint32_t* to = data_.get() + size_;
    for (; mask != 0; mask &= mask - 1)
      *to++ = static_cast<uint32_t>(base) + static_cast<uint32_t>(__builtin_ctzll(mask));
    size_ = static_cast<size_t>(to - data_.get());
  }

 private:
  void grow();
  std::unique_ptr<uint32_t[]> data_;
  size_t size_ = 0, capacity_ = 0;
};

// Rows with the right number of fields. Positions are in the text. Good until the next block.
struct RowBlock {
  size_t columns = 0;
  uint32_t* ends = nullptr;       // of field c of row r: ends[r * columns + c]
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

  const std::string_view text_;
  const CsvDialect dialect_;
  const size_t columns_;
  const size_t max_record_bytes_;
  size_t at_ = 0;  // where the next row begins
  uint32_t rows_read_ = 0;
  bool lines_are_special_ = false;  // the last one was
  bool any_special_ = false;
  PositionList separators_;         // ends of fields
  PositionList line_ends_;          // those of them that end rows
  std::vector<uint32_t> unclosed_;  // those of these that end rows with an open quote
};

// Takes a field out of its quotes and escapes; the answer is a part of the field or of `scratch`
// (with 16 readable bytes behind).
std::string_view unquote(std::string_view field, const CsvDialect& dialect, std::string& scratch);

}  // namespace howdah::formats
