// Builds a record batch of the schema asked for from blocks of cells, column by column.
//
// Cells, of one column in one block, is a cheap class with
//   std::string_view text(size_t row) const     valid until the next call; 16 readable bytes behind
//   bool missing(size_t row, std::string_view text, const MissingWords&) const
//   bool fits(size_t row, Inferred type) const  false: this kind of cell is never of that type
//   Inferred classify(size_t row, std::string_view text) const
// The loops are instantiated for it: nothing is called per value.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "formats/column_output.h"
#include "formats/missing_words.h"
#include "formats/value_parser.h"

namespace howdah::formats {

// The least type of a text.
inline Inferred classify_text(std::string_view text) {
  int64_t integer;
  double number;
  bool truth;
  int32_t days;
  if (parse_int64(text, &integer) || parse_int64_slowly(text, &integer)) return Inferred::kInt64;
  if (parse_float64(text, &number) || parse_float64_slowly(text, &number))
    return Inferred::kFloat64;
  if (parse_bool(text, &truth)) return Inferred::kBool;
  if (parse_date(text, &days)) return Inferred::kDate;
  if (parse_timestamp(text, &integer)) return Inferred::kTimestamp;
  return Inferred::kString;
}

namespace internal {

struct IntegerParser {
  using Value = int64_t;
  static bool fast(std::string_view text, Value* value) { return parse_int64(text, value); }
  static bool slow(std::string_view text, Value* value) { return parse_int64_slowly(text, value); }
};
struct FloatParser {
  using Value = double;
  static bool fast(std::string_view text, Value* value) { return parse_float64(text, value); }
  static bool slow(std::string_view text, Value* value) {
    return parse_float64_slowly(text, value);
  }
};
struct BoolParser {
  using Value = bool;
  static bool fast(std::string_view text, Value* value) { return parse_bool(text, value); }
  static bool slow(std::string_view, Value*) { return false; }
};
// A column that was given as bool may be written 0 and 1 as well.
struct GivenBoolParser : BoolParser {
  static bool slow(std::string_view text, Value* value) {
    *value = text == "1";
    return text == "1" || text == "0";
  }
};
struct DateParser {
  using Value = int32_t;
  static bool fast(std::string_view text, Value* value) { return parse_date(text, value); }
  static bool slow(std::string_view, Value*) { return false; }
};
struct TimestampParser {
  using Value = int64_t;
  static bool fast(std::string_view text, Value* value) { return parse_timestamp(text, value); }
  static bool slow(std::string_view, Value*) { return false; }
};

}  // namespace internal

class BatchBuilder {
 public:
  struct Mismatch {
    uint32_t row, column;
  };
  BatchBuilder(const TableSchema& schema, const MissingWords& words, bool errors_become_missing)
      : schema_(schema),
        words_(words),
        errors_become_missing_(errors_become_missing),
        columns_(schema.columns.size()),
        nulls_(schema.columns.size()) {}

  Status open(int64_t expected_rows, int64_t expected_string_bytes);

  // cells_of(column) -> Cells, or nothing where the file lacks the column. After it, exactly one is
  // true: the rows were added; needs_wider(); mismatches() names rows whose given types do not fit,
  // one column each: take them out and add the block again.
  template <typename CellsOf>
  Status add(const CellsOf& cells_of, size_t rows, size_t text_bytes);
  bool needs_wider() const { return needs_wider_; }
  const std::vector<Mismatch>& mismatches() const { return mismatches_; }

  int64_t became_missing() const { return became_missing_; }
  int64_t rows() const { return rows_; }
  Result<std::shared_ptr<arrow::RecordBatch>> finish();

 private:
  template <typename Parser, typename Cells>
  size_t convert(const Cells& cells, size_t rows, uint32_t column);
  template <typename Cells>
  size_t convert_strings(const Cells& cells, size_t rows, uint32_t column);
  template <typename Cells>
  size_t convert_column(const Cells& cells, size_t rows, uint32_t column);
  size_t all_missing(size_t rows, uint32_t column);
  void keep_first_mismatches();

  const TableSchema& schema_;
  const MissingWords& words_;
  const bool errors_become_missing_;
  std::vector<ColumnOutput> columns_;
  std::vector<size_t> nulls_;  // of the block
  std::vector<Mismatch> mismatches_;
  int64_t became_missing_ = 0, rows_ = 0;
  size_t block_became_missing_ = 0;
  bool needs_wider_ = false;
};

template <typename Parser, typename Cells>
size_t BatchBuilder::convert(const Cells& cells, size_t rows, uint32_t column) {
  using Value = typename Parser::Value;
  auto* values = columns_[column].values<Value>();
  uint8_t* valid = columns_[column].valid();
  const TableColumn& what = schema_.columns[column];
  const bool words_first = words_.look_like_values();
  size_t nulls = 0;
  for (size_t row = 0; row < rows; ++row) {
    const std::string_view text = cells.text(row);
    Value value{};
    const bool fits = cells.fits(row, what.type);
    if (!words_first && fits && Parser::fast(text, &value)) [[likely]] {
      values[row] = value;
      valid[row] = 1;
      continue;
    }
    if (cells.missing(row, text, words_)) {
      values[row] = Value{};
      valid[row] = 0;
      ++nulls;
      continue;
    }
    if (fits && ((words_first && Parser::fast(text, &value)) || Parser::slow(text, &value))) {
      values[row] = value;
      valid[row] = 1;
      continue;
    }
    if (!what.given) {
      needs_wider_ = true;
      return nulls;
    }
    values[row] = Value{};
    valid[row] = 0;
    ++nulls;
    if (errors_become_missing_) {
      ++block_became_missing_;
    } else {
      mismatches_.push_back({static_cast<uint32_t>(row), column});
    }
  }
  return nulls;
}

template <typename Cells>
size_t BatchBuilder::convert_strings(const Cells& cells, size_t rows, uint32_t column) {
  ColumnOutput& out = columns_[column];
  auto* begins = out.values<int32_t>();
  uint8_t* valid = out.valid();
  char* data = out.string_data();
  const bool none = schema_.columns[column].type == Inferred::kNull;
  int32_t end = out.string_end();
  size_t nulls = 0;
  for (size_t row = 0; row < rows; ++row) {
    const std::string_view text = cells.text(row);
    begins[row] = end;
    if (cells.missing(row, text, words_)) {
      valid[row] = 0;
      ++nulls;
      continue;
    }
    if (none) [[unlikely]] {
      needs_wider_ = true;
      return nulls;
    }
    valid[row] = 1;
    if (text.size() <= 16) {
      std::memcpy(data + end, text.data(), 16);
    } else {
      std::memcpy(data + end, text.data(), text.size());
    }
    end += static_cast<int32_t>(text.size());
  }
  begins[rows] = end;
  return nulls;
}

template <typename Cells>
size_t BatchBuilder::convert_column(const Cells& cells, size_t rows, uint32_t column) {
  const TableColumn& what = schema_.columns[column];
  switch (what.type) {
    case Inferred::kInt64:
      return convert<internal::IntegerParser>(cells, rows, column);
    case Inferred::kFloat64:
      return convert<internal::FloatParser>(cells, rows, column);
    case Inferred::kBool:
      return what.given ? convert<internal::GivenBoolParser>(cells, rows, column)
                        : convert<internal::BoolParser>(cells, rows, column);
    case Inferred::kDate:
      return convert<internal::DateParser>(cells, rows, column);
    case Inferred::kTimestamp:
      return convert<internal::TimestampParser>(cells, rows, column);
    default:
      return convert_strings(cells, rows, column);
  }
}

template <typename CellsOf>
Status BatchBuilder::add(const CellsOf& cells_of, size_t rows, size_t text_bytes) {
  mismatches_.clear();
  block_became_missing_ = 0;
  for (uint32_t column = 0; column < columns_.size(); ++column) {
    ColumnOutput& out = columns_[column];
    Status reserved = out.reserve(rows, text_bytes);
    if (!reserved.is_ok())
      return reserved.with_peer("column '" + schema_.columns[column].name + "'");
    const auto cells = cells_of(column);
    const size_t nulls = cells ? convert_column(*cells, rows, column) : all_missing(rows, column);
    if (needs_wider_) return Status::ok();
    nulls_[column] = nulls;
  }
  if (!mismatches_.empty()) {
    keep_first_mismatches();
    return Status::ok();
  }
  for (size_t column = 0; column < columns_.size(); ++column)
    columns_[column].commit(rows, nulls_[column]);
  became_missing_ += static_cast<int64_t>(block_became_missing_);
  rows_ += static_cast<int64_t>(rows);
  return Status::ok();
}

// Widens `type` by what the cells of one column hold.
template <typename Cells>
Inferred infer_column(const Cells& cells, size_t rows, const MissingWords& words, Inferred type) {
  int64_t integer;
  double number;
  const bool words_first = words.look_like_values();
  for (size_t row = 0; row < rows && type != Inferred::kString; ++row) {
    const std::string_view text = cells.text(row);
    if (!words_first && cells.fits(row, type)) {
      if (type == Inferred::kInt64 && parse_int64(text, &integer)) continue;
      if (type == Inferred::kFloat64 && parse_float64(text, &number)) continue;
    }
    if (cells.missing(row, text, words)) continue;
    type = least_upper_bound(type, cells.classify(row, text));
  }
  return type;
}

}  // namespace howdah::formats
