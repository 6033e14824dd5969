#include <algorithm>
#include <unordered_map>

#include "base/mutex.h"
#include "formats/csv_parser.h"
#include "formats/text_source.h"

namespace howdah::formats {
namespace {

constexpr size_t kMaxHeaderBytes = 16 << 20;

struct FileColumns {
  std::vector<std::string> names;
  std::unordered_map<std::string, int> fields;  // by name
};

class CsvSource : public TextSource {
 public:
  CsvSource(Found found, const ChunkerOptions& options, Encoding encoding)
      : TextSource(std::move(found), options, encoding),
        parsing_(spec_),
        columns_of_(files_.size()) {
    parsing_.dialect = options.dialect;
    parsing_.encoding = encoding;
    parsing_.errors_become_missing = spec_.type_errors_become_missing;
    parsing_.max_record_bytes = options.max_record_bytes;
  }

  Result<TableSchema> survey(Deadline deadline) override;
  Result<ParsedChunk> parse(const RawChunk& chunk, const TableSchema& schema) override;

 protected:
  Status prepare_file(int32_t index, Deadline deadline) override {
    return columns_of(index, deadline).status();
  }

 private:
  using Columns = std::shared_ptr<const FileColumns>;
  // Each file's own header, read once.
  Result<Columns> columns_of(int32_t index, Deadline deadline);
  Result<Columns> read_columns(const SourceFile& file, Deadline deadline) const;
  Result<std::string> first_lines(const SourceFile& file, Deadline deadline) const;
  Result<CsvLayout> layout_of(int32_t index, const FileColumns& columns,
                              const TableSchema& schema) const;
  Result<std::vector<std::string>> all_names(Deadline deadline);

  CsvOptions parsing_;
  Mutex mutex_;
  std::vector<Columns> columns_of_ HOWDAH_GUARDED_BY(mutex_);
};

// As much of the text as holds its first line that is not empty.
Result<std::string> CsvSource::first_lines(const SourceFile& file, Deadline deadline) const {
  auto stream = HOWDAH_TRY(TextStream::open(file, encoding_, 0, deadline));
  std::string text;
  size_t piece = 16 << 10;
  while (true) {
    const size_t before = text.size();
    text.resize(before + piece);
    const size_t got =
        HOWDAH_TRY(stream->read(std::as_writable_bytes(std::span(text)).subspan(before), deadline));
    text.resize(before + got);
    if (got < piece || first_record(text, parsing_.dialect, true) < text.size()) return text;
    if (text.size() > kMaxHeaderBytes)
      return Status(Code::kInvalidArgument, "the header line is longer than 16 MiB")
          .with_peer(file.location.uri())
          .with_advice("set header: false, if there is none");
    piece = text.size();
  }
}

Result<CsvSource::Columns> CsvSource::read_columns(const SourceFile& file,
                                                   Deadline deadline) const {
  auto columns = std::make_shared<FileColumns>();
  columns->names = spec_.csv.names;
  if (columns->names.empty()) {
    std::string text = HOWDAH_TRY(first_lines(file, deadline));
    if (encoding_ == Encoding::kLatin1 || encoding_ == Encoding::kWindows1252)
      text = single_byte_to_utf8(text, encoding_);
    auto names = header_names(text, parsing_.dialect);
    if (!names.is_ok()) return names.status().with_peer(file.location.uri());
    columns->names = std::move(*names);
    for (size_t i = 0; i < columns->names.size(); ++i)
      if (!spec_.csv.header || columns->names[i].empty())
        columns->names[i] = "column_" + std::to_string(i + 1);
  }
  for (size_t i = 0; i < columns->names.size(); ++i)
    if (!columns->fields.emplace(columns->names[i], static_cast<int>(i)).second)
      return Status(Code::kInvalidArgument, "two columns are named '" + columns->names[i] + "'")
          .with_peer(file.location.uri())
          .with_advice("give other names: [...]");
  return Columns(std::move(columns));
}

Result<CsvSource::Columns> CsvSource::columns_of(int32_t index, Deadline deadline) {
  const auto at = static_cast<size_t>(index);
  {
    MutexLock lock(mutex_);
    if (columns_of_[at]) return columns_of_[at];
  }
  auto columns = HOWDAH_TRY(read_columns(files_[at], deadline));
  MutexLock lock(mutex_);
  columns_of_[at] = columns;
  return columns;
}

Result<CsvLayout> CsvSource::layout_of(int32_t index, const FileColumns& columns,
                                       const TableSchema& schema) const {
  CsvLayout layout;
  layout.fields = std::max<size_t>(columns.names.size(), 1);
  layout.header = spec_.csv.header;
  for (const TableColumn& column : schema.columns) {
    const auto found = columns.fields.find(column.name);
    if (found == columns.fields.end() && !spec_.absent_columns_are_missing)
      return no_such_column(column.name, columns.names, file(index));
    layout.sources.push_back(found == columns.fields.end() ? -1 : found->second);
  }
  return layout;
}

// Of all files, in the order in which they appear.
Result<std::vector<std::string>> CsvSource::all_names(Deadline deadline) {
  std::vector<std::string> names;
  std::unordered_map<std::string, int32_t> seen;
  int32_t first = -1;
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].length_bytes == 0) continue;
    const auto index = static_cast<int32_t>(i);
    const auto columns = HOWDAH_TRY(columns_of(index, deadline));
    if (columns->names.empty()) continue;
    if (first < 0) first = index;
    for (const auto& name : columns->names) {
      if (in_folders(name) || !seen.emplace(name, index).second) continue;
      names.push_back(name);
      if (index != first && spec_.columns.empty() && !spec_.absent_columns_are_missing)
        return Status(Code::kInvalidArgument,
                      "the column '" + name + "' is not in " + file(first).location.uri())
            .with_peer(files_[i].location.uri())
            .with_advice("list columns, or set absent_columns: missing");
    }
    if (spec_.absent_columns_are_missing) continue;
    for (const auto& name : spec_.columns.empty() ? names : spec_.columns)
      if (!columns->fields.contains(name)) return no_such_column(name, columns->names, files_[i]);
    // Names that the job file gives are the same in all files.
    if (!spec_.csv.names.empty()) break;
  }
  if (first < 0) return no_records();
  return names;
}

Result<TableSchema> CsvSource::survey(Deadline deadline) {
  const auto names = HOWDAH_TRY(all_names(deadline));
  TableSchema schema;
  for (const auto& name : spec_.columns.empty() ? names : spec_.columns) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      return no_such_column(name, names, files_[0]);
    schema.columns.push_back(column_named(name));
  }
  for (const auto& [name, type] : spec_.types)
    if (std::find(names.begin(), names.end(), name) == names.end())
      return no_such_column(name, names, files_[0]);
  const auto chunk = HOWDAH_TRY(first_chunk(deadline));
  if (!chunk) return no_records();
  const auto columns = HOWDAH_TRY(columns_of(chunk->id.file, deadline));
  const auto layout = HOWDAH_TRY(layout_of(chunk->id.file, *columns, schema));
  return infer_csv(*chunk, schema, layout, parsing_);
}

Result<ParsedChunk> CsvSource::parse(const RawChunk& chunk, const TableSchema& schema) {
  const auto columns = HOWDAH_TRY(columns_of(chunk.id.file, Deadline::never()));
  const auto layout = HOWDAH_TRY(layout_of(chunk.id.file, *columns, schema));
  auto parsed = parse_csv(chunk, schema, layout, parsing_);
  if (!parsed.is_ok()) return parsed.status().with_peer(file(chunk.id.file).location.uri());
  return parsed;
}

}  // namespace

Result<std::unique_ptr<Source>> make_csv_source(Found found, const ChunkerOptions& options,
                                                Encoding encoding) {
  return std::unique_ptr<Source>(new CsvSource(std::move(found), options, encoding));
}

}  // namespace howdah::formats
