#include "formats/json_lines_parser.h"

#include <arrow/record_batch.h>
#include <fmt/core.h>

#include <cmath>
#include <optional>
#include <unordered_map>

#include "formats/batch_builder.h"
#include "formats/byte_scan.h"
#include "formats/json_scanner.h"

namespace howdah::formats {
namespace {

using Kind = JsonValue::Kind;

constexpr size_t kBlockRows = 512;
constexpr size_t kMaxKeys = 100'000;
constexpr const char* kTypeError = "type_error";

struct Block {
  std::vector<JsonValue> values;  // column by column, kBlockRows each
  std::vector<uint32_t> numbers;  // of the rows: their positions in the chunk
  std::vector<uint32_t> begins, ends;
  size_t text_bytes = 0;

  size_t rows() const { return numbers.size(); }
  void clear() {
    numbers.clear();
    begins.clear();
    ends.clear();
    text_bytes = 0;
  }
  void drop(const std::vector<uint32_t>& rows_out, size_t columns);
};

void Block::drop(const std::vector<uint32_t>& rows_out, size_t columns) {
  size_t kept = 0, next = 0;
  for (size_t row = 0; row < rows(); ++row) {
    if (next < rows_out.size() && rows_out[next] == row) {
      ++next;
      continue;
    }
    for (size_t column = 0; kept != row && column < columns; ++column)
      values[column * kBlockRows + kept] = values[column * kBlockRows + row];
    numbers[kept] = numbers[row];
    begins[kept] = begins[row];
    ends[kept] = ends[row];
    ++kept;
  }
  numbers.resize(kept);
  begins.resize(kept);
  ends.resize(kept);
}

// Of digits, 308 stay within the range; "Infinity" means what it says.
bool beyond_double(std::string_view number) {
  constexpr size_t kSafeDigits = 300;
  const bool may_be = number.size() > kSafeDigits ? number.back() != 'y'
                                                  : number.find_first_of("eE") != number.npos;
  double value = 0;
  return may_be && parse_float64_slowly(number, &value) && std::isinf(value);
}

bool is_string(Kind kind) {
  return kind == Kind::kString || kind == Kind::kEscaped;
}

class JsonCells {
 public:
  JsonCells(const JsonValue* values, const TableColumn& column, std::string& scratch)
      : values_(values), given_(column.given), type_(column.type), scratch_(&scratch) {}
  std::string_view text(size_t row) const {
    const JsonValue& value = values_[row];
    return value.kind == Kind::kEscaped ? unescape_json(value.text, *scratch_) : value.text;
  }
  bool missing(size_t row, std::string_view text, const MissingWords& words) const {
    const Kind kind = values_[row].kind;
    return kind == Kind::kNull ||
           (given_ && type_ != Inferred::kString && is_string(kind) && words.contains(text));
  }
  bool fits(size_t row, Inferred type) const {
    switch (values_[row].kind) {
      case Kind::kNull:
        return false;
      case Kind::kNumber:
        return given_ || type == Inferred::kInt64 || type == Inferred::kFloat64;
      case Kind::kBool:
        return given_ || type == Inferred::kBool;
      default:
        return given_ || type == Inferred::kDate || type == Inferred::kTimestamp;
    }
  }
  Inferred classify(size_t row, std::string_view text) const {
    const Kind kind = values_[row].kind;
    if (kind == Kind::kBool) return Inferred::kBool;
    const Inferred type = classify_text(text);
    const bool number = type == Inferred::kInt64 || type == Inferred::kFloat64;
    const bool time = type == Inferred::kDate || type == Inferred::kTimestamp;
    return (kind == Kind::kNumber ? number : time) ? type : Inferred::kString;
  }

 private:
  const JsonValue* values_;
  bool given_;
  Inferred type_;
  std::string* scratch_;
};

// A line's text from a chunk, one after the other; empty ones are passed over.
class LineReader {
 public:
  explicit LineReader(std::string_view text, bool first)
      : text_(text), at_(first && text.starts_with("\xef\xbb\xbf") ? 3 : 0) {}
  bool next(size_t* begin, size_t* end) {
    while (at_ < text_.size()) {
      *begin = at_;
      const char* found = find_byte(text_.data() + at_, text_.data() + text_.size(), '\n');
      *end = static_cast<size_t>(found - text_.data());
      at_ = *end + 1;
      if (*end > *begin && text_[*end - 1] == '\r') --*end;
      if (text_.substr(*begin, *end - *begin).find_first_not_of(" \t\r") != std::string_view::npos)
        return true;
    }
    return false;
  }

 private:
  const std::string_view text_;
  size_t at_;
};

class Work {
 public:
  Work(const RawChunk& chunk, const TableSchema& schema, const JsonLinesOptions& options)
      : schema_(schema),
        options_(options),
        text_(chunk, options.encoding),
        bad_(text_),
        lines_(text_.text(), chunk.id.ordinal == 0) {
    block_.values.resize(schema.columns.size() * kBlockRows);
    for (size_t i = 0; i < schema.columns.size(); ++i) columns_.emplace(schema.columns[i].name, i);
  }

  bool next() {
    block_.clear();
    size_t begin = 0, end = 0;
    while (block_.rows() < kBlockRows && lines_.next(&begin, &end)) {
      const uint32_t number = rows_read_++;
      const std::string_view line = text_.text().substr(begin, end - begin);
      if (static_cast<int64_t>(line.size()) > options_.max_record_bytes) {
        bad_.add(number, begin, end, "too_long",
                 too_long_reason(static_cast<int64_t>(line.size()), options_));
      } else if (!text_.valid() && !is_valid_utf8(line)) {
        bad_.add(number, begin, end, "encoding", "bytes that the encoding does not have");
      } else if (const char* rule = take(line)) {
        bad_.add(number, begin, end, rule, reason_);
      } else {
        block_.numbers.push_back(number);
        block_.begins.push_back(static_cast<uint32_t>(begin));
        block_.ends.push_back(static_cast<uint32_t>(end));
        block_.text_bytes += line.size();
      }
    }
    return block_.rows() > 0;
  }
  auto cells_of() {
    return [this](size_t column) {
      return std::optional(
          JsonCells(&block_.values[column * kBlockRows], schema_.columns[column], scratch_));
    };
  }
  void drop_mismatches(const std::vector<BatchBuilder::Mismatch>& mismatches) {
    std::vector<uint32_t> rows;
    for (const auto& [row, column] : mismatches) {
      rows.push_back(row);
      bad_.add(block_.numbers[row], block_.begins[row], block_.ends[row], kTypeError,
               type_error_reason(block_.values[column * kBlockRows + row].text,
                                 schema_.columns[column]));
    }
    block_.drop(rows, schema_.columns.size());
  }

  Block& block() { return block_; }
  BadRecords& bad() { return bad_; }
  const ChunkText& text() const { return text_; }
  uint32_t rows_read() const { return rows_read_; }
  // Values that no column can hold, in good records.
  int64_t became_missing() const { return became_missing_; }
  // A key that no column has; empty where there was none.
  const std::string& unknown_key() const { return unknown_key_; }

 private:
  // Into the next row of the block; else the rule that the record breaks, and reason_ says how.
  const char* take(std::string_view line) {
    const size_t row = block_.rows(), columns = schema_.columns.size();
    int64_t became_missing = 0;
    const char* broken = nullptr;
    for (size_t column = 0; column < columns; ++column)
      block_.values[column * kBlockRows + row] = {};
    JsonScanner scanner(line);
    std::string_view key;
    bool escaped = false;
    JsonValue value;
    std::string unknown, why;
    size_t expected = 0;
    while (scanner.next(&key, &escaped, &value)) {
      if (escaped && !broken && has_lone_surrogate(key)) {
        broken = "encoding";
        why = "half a surrogate pair in a key";
      }
      if (escaped) key = unescape_json(key, scratch_);
      // Records mostly have their keys in one order.
      size_t column = expected;
      if (column >= columns || schema_.columns[column].name != key) {
        const auto found = columns_.find(std::string(key));
        if (found == columns_.end()) {
          const bool known = options_.known_keys && options_.known_keys(std::string(key));
          if (unknown.empty() && !known) unknown = key;
          continue;
        }
        column = found->second;
      }
      expected = column + 1;
      if (const char* rule = defect_of(value, schema_.columns[column])) {
        if (options_.errors_become_missing && std::string_view(rule) == kTypeError) {
          value = {};
          ++became_missing;
        } else if (!broken) {
          broken = rule;
          why = reason_;
        }
      }
      block_.values[column * kBlockRows + row] = value;
    }
    if (!scanner.error().empty()) {
      broken = "unreadable";
      why = scanner.error();
    }
    reason_ = why;
    if (broken) return broken;
    if (unknown_key_.empty()) unknown_key_ = unknown;
    became_missing_ += became_missing;
    return nullptr;
  }

  // The rule that a value breaks in any column of its kind; reason_ says how.
  const char* defect_of(const JsonValue& value, const TableColumn& column) {
    switch (value.kind) {
      case Kind::kNested:
        reason_ = fmt::format(
            "the value of '{}' is {}; only numbers, strings, true, false and null are read",
            printable(column.name, 60), value.text[0] == '{' ? "an object" : "a list");
        return "unreadable";
      case Kind::kEscaped:
        if (!has_lone_surrogate(value.text)) return nullptr;
        reason_ = fmt::format("half a surrogate pair in the column '{}'", column.name);
        return "encoding";
      case Kind::kNumber:
        if ((column.given && column.type == Inferred::kString) || !beyond_double(value.text))
          return nullptr;
        reason_ = fmt::format("'{}' in the column '{}' is beyond the range of float64",
                              printable(value.text, 60), column.name);
        return kTypeError;
      default:
        return nullptr;
    }
  }

  const TableSchema& schema_;
  const JsonLinesOptions& options_;
  ChunkText text_;
  BadRecords bad_;
  LineReader lines_;
  Block block_;
  std::unordered_map<std::string, size_t> columns_;
  uint32_t rows_read_ = 0;
  int64_t became_missing_ = 0;
  std::string scratch_, reason_, unknown_key_;
};

}  // namespace

Result<ParsedChunk> parse_json_lines(const RawChunk& chunk, const TableSchema& schema,
                                     const JsonLinesOptions& options) {
  Work work(chunk, schema, options);
  BatchBuilder builder(schema, options.words, options.errors_become_missing);
  const auto size = static_cast<int64_t>(work.text().text().size());
  HOWDAH_TRY(builder.open(size / 128, size / 16));
  ParsedChunk parsed;
  parsed.id = chunk.id;
  while (work.next()) {
    Block& block = work.block();
    while (block.rows() > 0) {
      HOWDAH_TRY(builder.add(work.cells_of(), block.rows(), block.text_bytes));
      if (builder.needs_wider()) {
        parsed.needs = HOWDAH_TRY(infer_json_lines(chunk, schema, options));
        return parsed;
      }
      if (builder.mismatches().empty()) break;
      work.drop_mismatches(builder.mismatches());
    }
    parsed.rows.insert(parsed.rows.end(), block.numbers.begin(), block.numbers.end());
  }
  if (!work.unknown_key().empty() && !options.more_keys_are_fine)
    return Status(Code::kInvalidArgument, "the key '" + printable(work.unknown_key(), 200) +
                                              "' is not among those of the first records")
        .with_advice("list columns, or set absent_columns: missing to leave it out");
  parsed.batch = HOWDAH_TRY(builder.finish());
  parsed.rows_read = work.rows_read();
  parsed.values_become_missing = builder.became_missing() + work.became_missing();
  parsed.bad = work.bad().finish(chunk, options, &parsed.rows_read);
  return parsed;
}

Result<TableSchema> infer_json_lines(const RawChunk& chunk, const TableSchema& schema,
                                     const JsonLinesOptions& options) {
  Work work(chunk, schema, options);
  TableSchema wider = schema;
  while (work.next()) {
    const auto cells_of = work.cells_of();
    for (size_t column = 0; column < wider.columns.size(); ++column) {
      TableColumn& what = wider.columns[column];
      if (what.given || what.type == Inferred::kString) continue;
      what.type = infer_column(*cells_of(column), work.block().rows(), options.words, what.type);
    }
  }
  return wider;
}

Result<std::vector<std::string>> json_keys(const RawChunk& chunk, const JsonLinesOptions& options) {
  const ChunkText text(chunk, options.encoding);
  LineReader lines(text.text(), chunk.id.ordinal == 0);
  std::vector<std::string> keys;
  std::unordered_map<std::string, bool> seen;
  std::string scratch, reason;
  bool good = false;
  size_t begin = 0, end = 0;
  while (lines.next(&begin, &end)) {
    const std::string_view line = text.text().substr(begin, end - begin);
    if (!text.valid() && !is_valid_utf8(line)) continue;
    JsonScanner scanner(line);
    std::string_view key;
    bool escaped = false;
    JsonValue value;
    std::vector<std::string> new_keys;
    bool encoded = true;
    while (scanner.next(&key, &escaped, &value)) {
      encoded = encoded && !(escaped && has_lone_surrogate(key));
      std::string name(escaped ? unescape_json(key, scratch) : key);
      if (!seen.contains(name)) new_keys.push_back(std::move(name));
    }
    if (!scanner.error().empty()) {
      if (reason.empty()) reason = scanner.error();
      continue;
    }
    if (!encoded) continue;
    good = true;
    for (auto& name : new_keys)
      if (seen.emplace(name, true).second) keys.push_back(std::move(name));
    if (keys.size() > kMaxKeys)
      return Status(Code::kInvalidArgument, "more than 100000 different keys");
  }
  if (!good && !reason.empty())
    return Status(Code::kInvalidArgument, "no line is a JSON object: " + reason);
  return keys;
}

}  // namespace howdah::formats
