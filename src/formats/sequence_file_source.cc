#include "formats/sequence_file_source.h"

#include <arrow/record_batch.h>
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/mutex.h"
#include "formats/line_chunker.h"
#include "formats/sequence_file_records.h"
#include "formats/text_encoding.h"
#include "formats/text_source.h"
#include "formats/writable_column.h"

namespace howdah::formats {
namespace {

using Defect = SequenceFileRecord::Defect;

constexpr size_t kContentBytes = 4 << 10;
constexpr const char* kKey = "key";
constexpr const char* kValue = "value";

// The columns of one chunk while they grow.
struct Columns {
  std::vector<std::unique_ptr<WritableColumn>> columns;
  std::vector<bool> is_key;
};

std::vector<std::string> names_of(const SequenceFileHeader& header) {
  std::vector<std::string> names;
  if (header.key != Writable::kNull) names.push_back(kKey);
  if (header.value != Writable::kNull) names.push_back(kValue);
  return names;
}

// The record as a line of text would hold it.
std::string content_of(const SequenceFileRecord& record, const SequenceFileHeader& header) {
  std::string content;
  if (header.key != Writable::kNull) {
    content = writable_text(header.key, record.key, kContentBytes);
    if (header.value != Writable::kNull) content += '\t';
  }
  content += writable_text(header.value, record.value, kContentBytes);
  return printable(content, kContentBytes);
}

class SequenceFileSource : public Source {
 public:
  SequenceFileSource(Found found, const SequenceFileChunkerOptions& options)
      : options_(options), words_(found.spec.missing_words), headers_(found.files.size()) {
    files_ = std::move(found.files);
    spec_ = std::move(found.spec);
  }

  Result<TableSchema> survey(Deadline deadline) override;
  Result<std::vector<Portion>> portions(int64_t max_bytes, Deadline deadline) override;
  Result<std::unique_ptr<ChunkReader>> read(const Portion& portion, Deadline deadline) override;
  Result<ParsedChunk> parse(const RawChunk& chunk, const TableSchema& schema) override;

 private:
  using Header = std::shared_ptr<const SequenceFileHeader>;
  const SourceFile& file(int32_t index) const { return files_[static_cast<size_t>(index)]; }
  bool is_file(int32_t index) const {
    return index >= 0 && static_cast<size_t>(index) < files_.size();
  }
  // Each file's own header, read once.
  Result<Header> header_of(int32_t index, Deadline deadline);
  Result<TableColumn> column_named(const std::string& name, const SequenceFileHeader& header,
                                   const SourceFile& file) const;
  Result<Columns> columns_of(const SequenceFileHeader& header, const TableSchema& schema) const;
  Status parse_records(SequenceFileRecords& records, const SequenceFileHeader& header,
                       Columns& columns, ParsedChunk* parsed) const;

  const SequenceFileChunkerOptions options_;
  const MissingWords words_;
  Mutex mutex_;
  std::vector<Header> headers_ HOWDAH_GUARDED_BY(mutex_);
};

Result<SequenceFileSource::Header> SequenceFileSource::header_of(int32_t index, Deadline deadline) {
  const auto at = static_cast<size_t>(index);
  {
    MutexLock lock(mutex_);
    if (headers_[at]) return headers_[at];
  }
  auto header = std::make_shared<const SequenceFileHeader>(
      HOWDAH_TRY(read_sequence_file_header(files_[at], deadline)));
  MutexLock lock(mutex_);
  headers_[at] = header;
  return Header(std::move(header));
}

Result<TableColumn> SequenceFileSource::column_named(const std::string& name,
                                                     const SequenceFileHeader& header,
                                                     const SourceFile& file) const {
  const auto names = names_of(header);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    if (name != kKey && name != kValue) return no_such_column(name, names, file);
    return Status(Code::kInvalidArgument,
                  fmt::format("no column '{}': it is NullWritable in the file", name))
        .with_peer(file.location.uri());
  }
  const Writable writable = name == kKey ? header.key : header.value;
  TableColumn column{name, writable_type(writable), true, nullptr};
  if (const auto given = spec_.types.find(name); given != spec_.types.end())
    column.type = inferred_of(given->second);
  if (!can_be_read_as(writable, column.type))
    return Status(Code::kInvalidArgument,
                  fmt::format("the column '{}' is {} in the file, which cannot be read as {}", name,
                              writable_name(writable),
                              prepare::column_type_name(spec_.types.at(name))))
        .with_peer(file.location.uri())
        .with_advice("take it out of `types`");
  return column;
}

Result<TableSchema> SequenceFileSource::survey(Deadline deadline) {
  const auto first = std::find_if(files_.begin(), files_.end(), [](const SourceFile& candidate) {
    return candidate.length_bytes > 0;
  });
  if (first == files_.end()) return no_records();
  const auto header = HOWDAH_TRY(header_of(static_cast<int32_t>(first - files_.begin()), deadline));
  const auto names = names_of(*header);
  if (names.empty())
    return Status(Code::kInvalidArgument, "keys and values are NullWritable: there is no column")
        .with_peer(first->location.uri());
  for (const auto& [name, type] : spec_.types)
    if (std::find(names.begin(), names.end(), name) == names.end())
      return no_such_column(name, names, *first);
  TableSchema schema;
  for (const auto& name : spec_.columns.empty() ? names : spec_.columns)
    schema.columns.push_back(HOWDAH_TRY(column_named(name, *header, *first)));
  return schema;
}

Result<std::vector<Portion>> SequenceFileSource::portions(int64_t max_bytes, Deadline) {
  std::vector<Portion> portions;
  const int64_t chunk = options_.chunk_bytes;
  const int64_t most = std::max<int64_t>(1, max_bytes / chunk);
  for (size_t i = 0; i < files_.size(); ++i) {
    const int64_t length = files_[i].length_bytes, chunks = (length + chunk - 1) / chunk;
    for (int64_t first = 0; first < chunks; first += most) {
      const int64_t count = std::min(most, chunks - first);
      const int64_t end = std::min((first + count) * chunk, length);
      portions.push_back({static_cast<int32_t>(i), static_cast<int32_t>(first),
                          static_cast<int32_t>(count), end - first * chunk, first * chunk});
    }
  }
  return portions;
}

Result<std::unique_ptr<ChunkReader>> SequenceFileSource::read(const Portion& portion,
                                                              Deadline deadline) {
  if (!is_file(portion.file) || portion.first_chunk < 0)
    return Status(Code::kInvalidArgument, "a portion of another source");
  const auto header = HOWDAH_TRY(header_of(portion.file, deadline));
  auto chunker = HOWDAH_TRY(
      SequenceFileChunker::open(file(portion.file), *header, portion, options_, deadline));
  return std::unique_ptr<ChunkReader>(std::move(chunker));
}

Result<Columns> SequenceFileSource::columns_of(const SequenceFileHeader& header,
                                               const TableSchema& schema) const {
  Columns made;
  for (const auto& column : schema.columns) {
    const bool is_key = column.name == kKey;
    if (!is_key && column.name != kValue)
      return Status(Code::kInvalidArgument,
                    fmt::format("a SequenceFile has no column '{}'", column.name));
    const Writable writable = is_key ? header.key : header.value;
    if (!can_be_read_as(writable, column.type) ||
        (writable == Writable::kNull && !spec_.absent_columns_are_missing))
      return Status(Code::kInvalidArgument,
                    fmt::format("the column '{}' is {} in this file, and of another type in others",
                                column.name, writable_name(writable)))
          .with_advice("read files of one class at a time");
    made.columns.push_back(HOWDAH_TRY(
        WritableColumn::make(column, writable, {words_, spec_.type_errors_become_missing})));
    made.is_key.push_back(is_key);
  }
  if (spec_.columns.empty())
    for (const auto& name : names_of(header))
      if (std::none_of(schema.columns.begin(), schema.columns.end(),
                       [&](const TableColumn& column) { return column.name == name; }))
        return Status(Code::kInvalidArgument,
                      fmt::format("the column '{}' is NullWritable in others than this file", name))
            .with_advice("list `columns`");
  return made;
}

Status SequenceFileSource::parse_records(SequenceFileRecords& records,
                                         const SequenceFileHeader& header, Columns& columns,
                                         ParsedChunk* parsed) const {
  SequenceFileRecord record;
  while (HOWDAH_TRY(records.next(&record))) {
    const int64_t row = parsed->rows_read++;
    WritableColumn::Defect defect;
    if (record.defect == Defect::kTooLong) defect = {"too_long", record.reason};
    if (record.defect == Defect::kUnreadable) defect = {"unreadable", record.reason};
    for (size_t i = 0; i < columns.columns.size() && !defect.rule; ++i)
      defect = columns.columns[i]->look(columns.is_key[i] ? record.key : record.value);
    if (defect.rule) {
      parsed->bad.push_back(
          {row, record.offset, defect.rule, std::move(defect.reason), content_of(record, header)});
      continue;
    }
    for (const auto& column : columns.columns) HOWDAH_TRY(column->append());
    parsed->rows.push_back(static_cast<uint32_t>(row));
  }
  return Status::ok();
}

Result<ParsedChunk> SequenceFileSource::parse(const RawChunk& chunk, const TableSchema& schema) {
  if (!is_file(chunk.id.file)) return Status(Code::kInvalidArgument, "a chunk of another source");
  const std::string uri = file(chunk.id.file).location.uri();
  const auto header = HOWDAH_TRY(header_of(chunk.id.file, Deadline::never()));
  auto columns = columns_of(*header, schema);
  if (!columns.is_ok()) return columns.status().with_peer(uri);
  const bool with_values =
      std::find(columns->is_key.begin(), columns->is_key.end(), false) != columns->is_key.end();
  SequenceFileRecords records(chunk, *header, options_.max_record_bytes, with_values);
  ParsedChunk parsed;
  parsed.id = chunk.id;
  if (const Status done = parse_records(records, *header, *columns, &parsed); !done.is_ok())
    return done.with_peer(uri);
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const auto& column : columns->columns) {
    arrays.push_back(HOWDAH_TRY(column->finish()));
    parsed.values_become_missing += column->became_missing();
  }
  parsed.batch = arrow::RecordBatch::Make(
      schema.to_arrow(), static_cast<int64_t>(parsed.rows.size()), std::move(arrays));
  return parsed;
}

}  // namespace

Result<std::unique_ptr<Source>> make_sequence_file_source(Found found) {
  return make_sequence_file_source(std::move(found), kChunkBytes);
}

Result<std::unique_ptr<Source>> make_sequence_file_source(Found found, int64_t chunk_bytes) {
  if (HOWDAH_TRY(encoding_of(found.spec.encoding)) != Encoding::kUtf8)
    return Status(Code::kInvalidArgument, "Text in a SequenceFile is always UTF-8")
        .with_peer(found.spec.where)
        .with_advice("take out `encoding`");
  SequenceFileChunkerOptions options;
  options.chunk_bytes = chunk_bytes;
  options.max_record_bytes = std::clamp<int64_t>(found.spec.max_record_bytes, 1, kMaxRecordBytes);
  return std::unique_ptr<Source>(new SequenceFileSource(std::move(found), options));
}

}  // namespace howdah::formats
