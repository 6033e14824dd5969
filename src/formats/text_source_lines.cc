#include <arrow/buffer.h>
#include <arrow/record_batch.h>

#include "formats/batch_builder.h"
#include "formats/byte_scan.h"
#include "formats/text_parser.h"
#include "formats/text_source.h"

namespace howdah::formats {
namespace {

constexpr size_t kBlockRows = 4096;

struct Lines {
  std::vector<std::string_view> texts;
  size_t bytes = 0;
};

class LineCells {
 public:
  explicit LineCells(const Lines& lines) : lines_(&lines) {}
  std::string_view text(size_t row) const { return lines_->texts[row]; }
  bool missing(size_t, std::string_view, const MissingWords&) const { return false; }
  bool fits(size_t, Inferred) const { return true; }
  Inferred classify(size_t, std::string_view) const { return Inferred::kString; }

 private:
  const Lines* lines_;
};

class LineSource : public TextSource {
 public:
  LineSource(Found found, const ChunkerOptions& options, Encoding encoding)
      : TextSource(std::move(found), options, encoding), parsing_(spec_) {
    parsing_.encoding = encoding;
    parsing_.max_record_bytes = options.max_record_bytes;
  }

  Result<TableSchema> survey(Deadline) override {
    for (const auto& name : spec_.columns)
      if (name != "text") return no_such_column(name, {"text"}, files_[0]);
    TableSchema schema;
    schema.columns.push_back({"text", Inferred::kString, true, nullptr});
    return schema;
  }

  Result<ParsedChunk> parse(const RawChunk& chunk, const TableSchema& schema) override {
    if (schema.columns.size() != 1 || schema.columns[0].name != "text" ||
        schema.columns[0].type != Inferred::kString)
      return Status(Code::kInvalidArgument, "lines of text have the one column 'text'");
    auto parsed = parse_lines(chunk, schema);
    if (!parsed.is_ok()) return parsed.status().with_peer(file(chunk.id.file).location.uri());
    return parsed;
  }

 private:
  Result<ParsedChunk> parse_lines(const RawChunk& chunk, const TableSchema& schema) const {
    const ChunkText chunk_text(chunk, encoding_);
    const std::string_view text = chunk_text.text();
    BadRecords bad(chunk_text);
    BatchBuilder builder(schema, parsing_.words, false);
    HOWDAH_TRY(
        builder.open(static_cast<int64_t>(text.size() / 64), static_cast<int64_t>(text.size())));
    ParsedChunk parsed;
    parsed.id = chunk.id;
    Lines lines;
    const auto flush = [&]() -> Status {
      HOWDAH_TRY(builder.add([&](size_t) { return std::optional(LineCells(lines)); },
                             lines.texts.size(), lines.bytes));
      lines = {};
      return Status::ok();
    };
    size_t at = chunk.id.ordinal == 0 && text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    while (at < text.size()) {
      const char* found = find_byte(text.data() + at, text.data() + text.size(), '\n');
      const auto line_end = static_cast<size_t>(found - text.data());
      size_t end = line_end;
      if (end > at && text[end - 1] == '\r') --end;
      const std::string_view line = text.substr(at, end - at);
      const auto number = static_cast<uint32_t>(parsed.rows_read++);
      if (static_cast<int64_t>(line.size()) > parsing_.max_record_bytes) {
        bad.add(number, at, end, "too_long",
                too_long_reason(static_cast<int64_t>(line.size()), parsing_));
      } else if (!chunk_text.valid() && !is_valid_utf8(line)) {
        bad.add(number, at, end, "encoding", "bytes that the encoding does not have");
      } else {
        lines.texts.push_back(line);
        lines.bytes += line.size();
        parsed.rows.push_back(number);
      }
      at = line_end + 1;
      if (lines.texts.size() == kBlockRows) HOWDAH_TRY(flush());
    }
    HOWDAH_TRY(flush());
    parsed.batch = HOWDAH_TRY(builder.finish());
    parsed.bad = bad.finish(chunk, parsing_, &parsed.rows_read);
    return parsed;
  }

  TextOptions parsing_;
};

}  // namespace

Result<std::unique_ptr<Source>> make_line_source(Found found, const ChunkerOptions& options,
                                                 Encoding encoding) {
  return std::unique_ptr<Source>(new LineSource(std::move(found), options, encoding));
}

}  // namespace howdah::formats
