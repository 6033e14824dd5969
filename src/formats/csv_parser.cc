#include "formats/csv_parser.h"

#include <arrow/buffer.h>
#include <arrow/record_batch.h>
#include <fmt/core.h>

#include <optional>

#include "formats/batch_builder.h"

namespace howdah::formats {
namespace {

// One column's fields in a block of rows.
class PlainCells {
 public:
  PlainCells(const char* text, const RowBlock& block, size_t field)
      : text_(text), ends_(block.ends + field), stride_(block.columns) {
    // Of the first field, the beginnings stand apart; of others, behind the end before.
    begins_ = field == 0 ? block.begins.data() : ends_ - 1;
    begin_stride_ = field == 0 ? 1 : stride_;
    behind_ = field == 0 ? 0 : 1;
  }
  std::string_view text(size_t row) const {
    const uint32_t begin = begins_[row * begin_stride_] + behind_;
    return {text_ + begin, ends_[row * stride_] - begin};
  }
  bool missing(size_t, std::string_view text, const MissingWords& words) const {
    return words.contains(text);
  }
  bool fits(size_t, Inferred) const { return true; }
  Inferred classify(size_t, std::string_view text) const { return classify_text(text); }

 private:
  const char* text_;
  const uint32_t *ends_, *begins_;
  size_t stride_, begin_stride_;
  uint32_t behind_;
};

// The same, where some are quoted.
class QuotedCells : public PlainCells {
 public:
  QuotedCells(const char* text, const RowBlock& block, size_t field, const CsvDialect& dialect,
              std::string& scratch)
      : PlainCells(text, block, field), dialect_(&dialect), scratch_(&scratch) {}
  std::string_view text(size_t row) const {
    return unquote(PlainCells::text(row), *dialect_, *scratch_);
  }

 private:
  const CsvDialect* dialect_;
  std::string* scratch_;
};

// A chunk on its way to a batch.
class Work {
 public:
  Work(const RawChunk& chunk, const CsvLayout& layout, const CsvOptions& options)
      : layout_(layout),
        options_(options),
        text_(chunk, options.encoding),
        bad_(text_),
        tokenizer_(text_.text(), options.dialect, layout.fields, options.max_record_bytes) {
    if (chunk.id.ordinal == 0)
      tokenizer_.start_at(first_record(text_.text(), options.dialect, layout.header));
  }

  // The next rows that can be told apart.
  bool next(RowBlock& block) {
    std::vector<RowDefect> defects;
    if (!tokenizer_.next(block, defects)) return false;
    for (const RowDefect& defect : defects) report(defect);
    if (!text_.valid()) drop_invalid(block);
    return true;
  }
  template <typename Use>
  auto with_cells(const RowBlock& block, const Use& use) {
    const char* text = text_.text().data();
    if (!block.special)
      return use([&](size_t column) {
        const int field = layout_.sources[column];
        return field < 0 ? std::nullopt
                         : std::optional(PlainCells(text, block, static_cast<size_t>(field)));
      });
    return use([&](size_t column) {
      const int field = layout_.sources[column];
      return field < 0 ? std::nullopt
                       : std::optional(QuotedCells(text, block, static_cast<size_t>(field),
                                                   options_.dialect, scratch_));
    });
  }
  void drop_mismatches(RowBlock& block, const TableSchema& schema,
                       const std::vector<BatchBuilder::Mismatch>& mismatches) {
    std::vector<uint32_t> rows;
    for (const auto& [row, column] : mismatches) {
      rows.push_back(row);
      const PlainCells cells(text_.text().data(), block,
                             static_cast<size_t>(layout_.sources[column]));
      const auto value = unquote(cells.text(row), options_.dialect, scratch_);
      bad_.add(block.numbers[row], block.begins[row], block.row_end(row), "type_error",
               type_error_reason(value, schema.columns[column]));
    }
    block.drop(rows);
  }

  CsvTokenizer& tokenizer() { return tokenizer_; }
  BadRecords& bad() { return bad_; }
  const ChunkText& text() const { return text_; }

 private:
  void report(const RowDefect& defect) {
    const auto add = [&](const char* rule, std::string reason) {
      bad_.add(defect.number, defect.begin, defect.end, rule, std::move(reason));
    };
    switch (defect.kind) {
      case RowDefect::Kind::kTooLong:
        return add("too_long",
                   too_long_reason(int64_t{defect.end} - int64_t{defect.begin}, options_));
      case RowDefect::Kind::kUnclosedQuote:
        return add("unreadable", options_.dialect.quoted_line_ends
                                     ? "a quote is not closed before the end of the file"
                                     : "a quote is not closed before the end of the line; "
                                       "newlines_in_values allows that");
      case RowDefect::Kind::kFields:
        return add("ragged_row",
                   fmt::format("{} fields where {} are due", defect.fields, layout_.fields));
    }
  }
  void drop_invalid(RowBlock& block) {
    std::vector<uint32_t> rows;
    for (size_t row = 0; row < block.rows(); ++row) {
      const size_t begin = block.begins[row], end = block.row_end(row);
      if (is_valid_utf8(text_.text().substr(begin, end - begin))) continue;
      rows.push_back(static_cast<uint32_t>(row));
      bad_.add(block.numbers[row], begin, end, "encoding", "bytes that the encoding does not have");
    }
    if (!rows.empty()) block.drop(rows);
  }

  const CsvLayout& layout_;
  const CsvOptions& options_;
  ChunkText text_;
  BadRecords bad_;
  CsvTokenizer tokenizer_;
  std::string scratch_;
};

}  // namespace

size_t first_record(std::string_view text, const CsvDialect& dialect, bool header) {
  CsvTokenizer tokenizer(text, dialect, 1, kMaxRecordBytes);
  if (text.starts_with("\xef\xbb\xbf")) tokenizer.start_at(3);
  if (header) tokenizer.read_names();
  return tokenizer.position();
}

Result<std::vector<std::string>> header_names(std::string_view text, const CsvDialect& dialect) {
  CsvTokenizer tokenizer(text, dialect, 1, kMaxRecordBytes);
  if (text.starts_with("\xef\xbb\xbf")) tokenizer.start_at(3);
  auto names = tokenizer.read_names();
  if (names.empty() && tokenizer.position() > 3 &&
      text.find_first_not_of("\r\n", text.starts_with("\xef\xbb\xbf") ? 3 : 0) !=
          std::string_view::npos)
    return Status(Code::kInvalidArgument, "a quote in the header line is not closed");
  for (const auto& name : names)
    if (!is_valid_utf8(name))
      return Status(Code::kInvalidArgument, "the header line is not in the source's encoding")
          .with_advice("set encoding, or header: false");
  return names;
}

Result<ParsedChunk> parse_csv(const RawChunk& chunk, const TableSchema& schema,
                              const CsvLayout& layout, const CsvOptions& options) {
  Work work(chunk, layout, options);
  BatchBuilder builder(schema, options.words, options.errors_become_missing);
  ParsedChunk parsed;
  parsed.id = chunk.id;
  RowBlock block;
  bool open = false;
  while (work.next(block)) {
    if (!open) {
      // The first rows tell how many there will be.
      const auto size = static_cast<int64_t>(work.text().text().size());
      const auto seen = static_cast<int64_t>(block.text_bytes);
      const int64_t rows =
          static_cast<int64_t>(block.rows() + 1) * (size / std::max<int64_t>(seen, 1) + 1);
      HOWDAH_TRY(builder.open(std::min(rows + rows / 16, size / 2 + 64), size / 16));
      open = true;
    }
    while (block.rows() > 0) {
      HOWDAH_TRY(work.with_cells(block, [&](const auto& cells_of) {
        return builder.add(cells_of, block.rows(), block.text_bytes);
      }));
      if (builder.needs_wider()) {
        parsed.needs = HOWDAH_TRY(infer_csv(chunk, schema, layout, options));
        return parsed;
      }
      if (builder.mismatches().empty()) break;
      work.drop_mismatches(block, schema, builder.mismatches());
    }
    parsed.rows.insert(parsed.rows.end(), block.numbers.begin(), block.numbers.end());
  }
  if (!open) HOWDAH_TRY(builder.open(0, 0));
  parsed.batch = HOWDAH_TRY(builder.finish());
  parsed.rows_read = work.tokenizer().rows_read();
  parsed.values_become_missing = builder.became_missing();
  parsed.bad = work.bad().finish(chunk, options, &parsed.rows_read);
  return parsed;
}

Result<TableSchema> infer_csv(const RawChunk& chunk, const TableSchema& schema,
                              const CsvLayout& layout, const CsvOptions& options) {
  Work work(chunk, layout, options);
  TableSchema wider = schema;
  RowBlock block;
  while (work.next(block)) {
    work.with_cells(block, [&](const auto& cells_of) {
      for (size_t column = 0; column < wider.columns.size(); ++column) {
        TableColumn& what = wider.columns[column];
        if (what.given || what.type == Inferred::kString) continue;
        if (const auto cells = cells_of(column))
          what.type = infer_column(*cells, block.rows(), options.words, what.type);
      }
      return 0;
    });
  }
  return wider;
}

}  // namespace howdah::formats
