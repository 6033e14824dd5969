#include "formats/text_source.h"

#include <algorithm>

#include "base/nearest.h"

namespace howdah::formats {
namespace {

class TextReader : public ChunkReader {
 public:
  explicit TextReader(LineChunker chunker) : chunker_(std::move(chunker)) {}
  Result<std::optional<RawChunk>> next(Deadline deadline) override {
    return chunker_.next(deadline);
  }

 private:
  LineChunker chunker_;
};

Result<CsvDialect> dialect_of(const prepare::SourceSpec& spec) {
  CsvDialect dialect;
  if (spec.format != prepare::Format::kCsv && spec.format != prepare::Format::kTsv) return dialect;
  dialect.delimiter = spec.csv.delimiter;
  if (spec.format == prepare::Format::kTsv && dialect.delimiter == ',') dialect.delimiter = '\t';
  dialect.quote = spec.csv.quote;
  dialect.escape = spec.csv.escape == spec.csv.quote ? '\0' : spec.csv.escape;
  dialect.quoted_line_ends = spec.csv.newlines_in_values && dialect.quote != 0;
  const auto refuse = [&](const char* why) {
    return Status(Code::kInvalidArgument, why).with_peer(spec.where);
  };
  for (const char c : {dialect.delimiter, dialect.quote, dialect.escape})
    if (c == '\n' || c == '\r' || static_cast<unsigned char>(c) >= 0x80)
      return refuse("delimiter, quote and escape are single ASCII characters, not line ends");
  if (dialect.delimiter == 0) return refuse("a delimiter is needed");
  if (dialect.delimiter == dialect.quote || dialect.delimiter == dialect.escape)
    return refuse("delimiter, quote and escape must differ");
  return dialect;
}

}  // namespace

Result<std::unique_ptr<Source>> make_text_source(Found found) {
  return make_text_source(std::move(found), kChunkBytes);
}

Result<std::unique_ptr<Source>> make_text_source(Found found, int64_t chunk_bytes) {
  const Encoding encoding = HOWDAH_TRY(encoding_of(found.spec.encoding));
  ChunkerOptions options;
  options.chunk_bytes = chunk_bytes;
  options.max_record_bytes = std::clamp<int64_t>(found.spec.max_record_bytes, 1, kMaxRecordBytes);
  options.dialect = HOWDAH_TRY(dialect_of(found.spec));
  switch (found.spec.format) {
    case prepare::Format::kCsv:
    case prepare::Format::kTsv:
      return make_csv_source(std::move(found), options, encoding);
    case prepare::Format::kJsonLines:
      return make_json_lines_source(std::move(found), options, encoding);
    case prepare::Format::kText:
      return make_line_source(std::move(found), options, encoding);
    default:
      return Status(Code::kInternal, "not a format of text");
  }
}

TextSource::TextSource(Found found, const ChunkerOptions& options, Encoding encoding)
    : chunker_(options), encoding_(encoding) {
  files_ = std::move(found.files);
  spec_ = std::move(found.spec);
  folders_ = std::move(found.folders);
}

bool TextSource::can_split(const SourceFile& file) const {
  return !chunker_.dialect.quoted_line_ends && TextStream::can_seek(file, encoding_);
}

Result<std::vector<Portion>> TextSource::portions(int64_t max_bytes, Deadline) {
  std::vector<Portion> portions;
  for (size_t i = 0; i < files_.size(); ++i) {
    const SourceFile& file = files_[i];
    const auto index = static_cast<int32_t>(i);
    if (file.length_bytes == 0) continue;
    if (!can_split(file)) {
      portions.push_back({index, 0, -1, file.length_bytes, 0});
      continue;
    }
    const int64_t chunk = chunker_.chunk_bytes;
    const int64_t chunks = (file.length_bytes + chunk - 1) / chunk;
    const int64_t most = std::max<int64_t>(1, max_bytes / chunk);
    for (int64_t first = 0; first < chunks; first += most) {
      const int64_t count = std::min(most, chunks - first);
      const int64_t end = std::min((first + count) * chunk, file.length_bytes);
      portions.push_back({index, static_cast<int32_t>(first), static_cast<int32_t>(count),
                          end - first * chunk, first * chunk});
    }
  }
  return portions;
}

Result<std::unique_ptr<ChunkReader>> TextSource::read(const Portion& portion, Deadline deadline) {
  if (portion.file < 0 || static_cast<size_t>(portion.file) >= files_.size() ||
      portion.first_chunk < 0)
    return Status(Code::kInvalidArgument, "a portion of another source");
  const SourceFile& from = file(portion.file);
  if (portion.first_chunk > 0 && !can_split(from))
    return Status(Code::kInvalidArgument, "such a file is read from its beginning only")
        .with_peer(from.location.uri());
  HOWDAH_TRY(prepare_file(portion.file, deadline));
  const int64_t begin = portion.first_chunk * chunker_.chunk_bytes;
  auto stream =
      HOWDAH_TRY(TextStream::open(from, encoding_, std::max<int64_t>(0, begin - 1), deadline));
  return std::unique_ptr<ChunkReader>(new TextReader(
      LineChunker(std::move(stream), portion.file, portion.first_chunk, portion.chunks, chunker_)));
}

Result<std::optional<RawChunk>> TextSource::first_chunk(Deadline deadline) {
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].length_bytes == 0) continue;
    const auto reader = HOWDAH_TRY(read({static_cast<int32_t>(i), 0, 1, 0, 0}, deadline));
    auto chunk = HOWDAH_TRY(reader->next(deadline));
    if (chunk) return chunk;
  }
  return std::optional<RawChunk>();
}

TableColumn TextSource::column_named(const std::string& name) const {
  TableColumn column;
  column.name = name;
  if (const auto given = spec_.types.find(name); given != spec_.types.end()) {
    column.type = inferred_of(given->second);
    column.given = true;
  }
  return column;
}

Status no_such_column(const std::string& name, const std::vector<std::string>& names,
                      const SourceFile& file) {
  std::string advice = "set absent_columns: missing, or correct the job file";
  if (const std::string near = nearest(name, names); !near.empty())
    advice = "there is '" + near + "'";
  return Status(Code::kInvalidArgument, "no column '" + name + "'")
      .with_peer(file.location.uri())
      .with_advice(advice);
}

}  // namespace howdah::formats
