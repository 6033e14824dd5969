#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/mutex.h"
#include "formats/arrow_status.h"
#include "formats/column_cast.h"
#include "formats/parquet_file.h"
#include "formats/parquet_schema.h"
#include "formats/row_group.h"
#include "formats/row_group_filter.h"
#include "formats/sources.h"
#include "formats/text_source.h"

namespace howdah::formats {
namespace {

using FilePtr = std::shared_ptr<const ParquetFile>;

// Footers that stay in memory between survey and reading; the others are read again.
constexpr int64_t kKeptFooterBytes = 16 << 20;

struct RowGroupChunk : ChunkContent {
  FilePtr file;
  ParquetFile::Cut cut;
  std::shared_ptr<RowGroup> group;  // null where no row can pass the filter
};

Status in_group(const Status& status, int group, const SourceFile& file) {
  return Status(status.code(), "row group " + std::to_string(group) + ": " + status.message())
      .with_peer(file.location.uri())
      .with_advice("write the file anew, or leave it out");
}

class ParquetReader : public ChunkReader {
 public:
  ParquetReader(const SourceFile& at, FilePtr file, std::vector<int> leaves,
                const RowGroupFilter& filter, const FolderColumns* folders, const Portion& portion)
      : at_(at),
        file_(std::move(file)),
        leaves_(std::move(leaves)),
        filter_(filter),
        folders_(folders),
        index_(portion.file),
        next_(portion.first_chunk),
        end_(portion.chunks < 0
                 ? file_->chunks()
                 : std::min(file_->chunks(), int64_t{portion.first_chunk} + portion.chunks)) {}

  Result<std::optional<RawChunk>> next(Deadline deadline) override {
    if (next_ >= end_) return std::optional<RawChunk>();
    auto content = std::make_shared<RowGroupChunk>();
    content->file = file_;
    content->cut = file_->cut(next_);
    if (content->cut.group != group_) {
      group_ = content->cut.group;
      current_.reset();
      if (filter_.may_match(*file_, group_, folders_, index_)) HOWDAH_TRY(read_group(deadline));
    }
    content->group = current_;
    const auto& group = file_->groups()[static_cast<size_t>(group_)];
    RawChunk chunk;
    chunk.id = {index_, static_cast<int32_t>(next_)};
    chunk.bytes = std::make_shared<arrow::Buffer>(nullptr, 0);
    chunk.first_byte = group.offset;
    chunk.read_bytes = group.stored_bytes / group.chunks();
    chunk.content = std::move(content);
    ++next_;
    return std::optional(std::move(chunk));
  }

 private:
  Status read_group(Deadline deadline) {
    if (!input_) input_ = HOWDAH_TRY(at_.location.files->open(at_.location.path, deadline));
    auto read = RowGroup::read(file_, group_, leaves_, *input_, deadline);
    if (!read.is_ok()) {
      const Code code = read.status().code();
      const bool of_the_file = code == Code::kCorrupt || code == Code::kUnsupported;
      return of_the_file ? in_group(read.status(), group_, at_) : read.status();
    }
    current_ = std::move(*read);
    return Status::ok();
  }

  const SourceFile& at_;
  const FilePtr file_;
  const std::vector<int> leaves_;
  const RowGroupFilter& filter_;
  const FolderColumns* const folders_;
  const int32_t index_;
  int64_t next_;
  const int64_t end_;
  std::unique_ptr<fs::InputFile> input_;  // opened when something is to be read
  int group_ = -1;
  std::shared_ptr<RowGroup> current_;
};

// The rows of a chunk that are bad, and why: the first reason of each.
class BadRows {
 public:
  BadRows(const RowGroupChunk& chunk, bool errors_become_missing)
      : first_row_(chunk.file->groups()[static_cast<size_t>(chunk.cut.group)].first_row +
                   chunk.cut.first_row),
        errors_become_missing_(errors_become_missing) {}

  void add(int64_t row, const char* rule, std::string reason, std::string content) {
    if (errors_become_missing_ && std::string_view(rule) == "type_error") {
      ++become_missing_;
      return;
    }
    bad_.try_emplace(row,
                     BadRecord{row, first_row_ + row, rule, std::move(reason), std::move(content)});
  }

  Status finish(ParsedChunk& parsed, std::shared_ptr<arrow::RecordBatch> batch) {
    parsed.values_become_missing = become_missing_;
    parsed.rows.resize(static_cast<size_t>(batch->num_rows()));
    std::iota(parsed.rows.begin(), parsed.rows.end(), 0U);
    parsed.batch = std::move(batch);
    if (bad_.empty()) return Status::ok();
    arrow::BooleanBuilder keep;
    HOWDAH_TRY(from_arrow(keep.Reserve(parsed.rows_read)));
    for (int64_t row = 0; row < parsed.rows_read; ++row) keep.UnsafeAppend(!bad_.contains(row));
    const auto mask = HOWDAH_TRY(from_arrow(keep.Finish()));
    parsed.batch = HOWDAH_TRY(from_arrow(arrow::compute::Filter(arrow::Datum(parsed.batch),
                                                                arrow::Datum(mask))))
                       .record_batch();
    std::erase_if(parsed.rows, [&](uint32_t row) { return bad_.contains(row); });
    for (auto& [row, record] : bad_) parsed.bad.push_back(std::move(record));
    return Status::ok();
  }

 private:
  const int64_t first_row_;
  const bool errors_become_missing_;
  int64_t become_missing_ = 0;
  std::map<int64_t, BadRecord> bad_;
};

class ParquetSource : public Source {
 public:
  ParquetSource(Found found, RowGroupFilter filter)
      : filter_(std::move(filter)), missing_(found.spec.missing_words) {
    files_ = std::move(found.files);
    spec_ = std::move(found.spec);
    folders_ = std::move(found.folders);
    kept_.resize(files_.size());
  }

  Result<TableSchema> survey(Deadline deadline) override;
  Result<std::vector<Portion>> portions(int64_t max_bytes, Deadline deadline) override;
  Result<std::unique_ptr<ChunkReader>> read(const Portion& portion, Deadline deadline) override;
  Result<ParsedChunk> parse(const RawChunk& chunk, const TableSchema& schema) override;
  int64_t chunk_memory_bytes() const override;

 private:
  Result<FilePtr> open_file(size_t index, Deadline deadline);
  std::vector<int> leaves_of(const ParquetFile& file) const;
  Result<std::shared_ptr<arrow::RecordBatch>> columns(const RowGroupChunk& chunk,
                                                      const TableSchema& schema,
                                                      const SourceFile& file, BadRows& bad) const;

  const RowGroupFilter filter_;
  const MissingWords missing_;
  mutable Mutex mutex_;
  std::vector<FilePtr> kept_ HOWDAH_GUARDED_BY(mutex_);
  int64_t kept_bytes_ HOWDAH_GUARDED_BY(mutex_) = 0;
  int64_t largest_chunk_bytes_ HOWDAH_GUARDED_BY(mutex_) = 0;
};

Result<FilePtr> ParquetSource::open_file(size_t index, Deadline deadline) {
  {
    const MutexLock lock(mutex_);
    if (kept_[index]) return kept_[index];
  }
  auto file = HOWDAH_TRY(ParquetFile::open(files_[index], deadline));
  const MutexLock lock(mutex_);
  for (const auto& group : file->groups())
    largest_chunk_bytes_ = std::max(largest_chunk_bytes_,
                                    group.stored_bytes + 2 * group.decoded_bytes / group.chunks());
  if (!kept_[index] && kept_bytes_ + file->footer_bytes() <= kKeptFooterBytes) {
    kept_[index] = file;
    kept_bytes_ += file->footer_bytes();
  }
  return file;
}

Result<TableSchema> ParquetSource::survey(Deadline deadline) {
  if (total_bytes() == 0) return no_records();
  ParquetSchema schema(spec_, folders_.get());
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].length_bytes == 0) continue;
    HOWDAH_TRY(schema.add(*HOWDAH_TRY(open_file(i, deadline)), files_[i]));
  }
  return schema.finish();
}

Result<std::vector<Portion>> ParquetSource::portions(int64_t max_bytes, Deadline deadline) {
  std::vector<Portion> portions;
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].length_bytes == 0) continue;
    const auto file = HOWDAH_TRY(open_file(i, deadline));
    bool open = false;
    for (size_t g = 0; g < file->groups().size(); ++g) {
      const auto& group = file->groups()[g];
      const bool may_match =
          filter_.may_match(*file, static_cast<int>(g), folders_.get(), static_cast<int32_t>(i));
      const int64_t bytes = may_match ? group.stored_bytes : 0;
      if (!open || portions.back().bytes + bytes > max_bytes)
        portions.push_back(
            {static_cast<int32_t>(i), static_cast<int32_t>(group.first_chunk), 0, 0, group.offset});
      open = true;
      portions.back().chunks += static_cast<int32_t>(group.chunks());
      portions.back().bytes += bytes;
    }
  }
  return portions;
}

// In the order of the file; all that could be asked for where the job file names none.
std::vector<int> ParquetSource::leaves_of(const ParquetFile& file) const {
  std::vector<int> leaves;
  for (const auto& column : file.columns()) {
    const bool wanted =
        spec_.columns.empty() ||
        std::find(spec_.columns.begin(), spec_.columns.end(), column.name) != spec_.columns.end();
    if (wanted && column.leaf >= 0 && !in_folders(column.name)) leaves.push_back(column.leaf);
  }
  return leaves;
}

Result<std::unique_ptr<ChunkReader>> ParquetSource::read(const Portion& portion,
                                                         Deadline deadline) {
  if (portion.file < 0 || static_cast<size_t>(portion.file) >= files_.size() ||
      portion.first_chunk < 0)
    return Status(Code::kInvalidArgument, "a portion of another source");
  const auto index = static_cast<size_t>(portion.file);
  auto file = HOWDAH_TRY(open_file(index, deadline));
  auto leaves = leaves_of(*file);
  return std::unique_ptr<ChunkReader>(new ParquetReader(
      files_[index], std::move(file), std::move(leaves), filter_, folders_.get(), portion));
}

Result<std::shared_ptr<arrow::RecordBatch>> ParquetSource::columns(const RowGroupChunk& chunk,
                                                                   const TableSchema& schema,
                                                                   const SourceFile& file,
                                                                   BadRows& bad) const {
  const auto decoded = chunk.group->rows(chunk.cut);
  if (!decoded) return in_group(decoded.status(), chunk.cut.group, file);
  const auto arrow_schema = schema.to_arrow();
  const TellMisfit tell = [&bad](int64_t row, const char* rule, std::string reason,
                                 std::string content) {
    bad.add(row, rule, std::move(reason), std::move(content));
  };
  arrow::ArrayVector columns;
  for (int c = 0; c < arrow_schema->num_fields(); ++c) {
    const auto& field = *arrow_schema->field(c);
    if (!chunk.file->column(field.name())) {
      if (!spec_.absent_columns_are_missing)
        return no_such_column(field.name(), chunk.file->names(), file);
      columns.push_back(
          HOWDAH_TRY(from_arrow(arrow::MakeArrayOfNull(field.type(), chunk.cut.rows))));
      continue;
    }
    const auto values = (*decoded)->GetColumnByName(field.name());
    if (!values)
      return Status(Code::kInternal, "the column '" + field.name() + "' was not read")
          .with_peer(file.location.uri());
    const CastRules rules{field.name(), &missing_};
    auto column = cast_column(values, field.type(), rules, tell);
    if (!column) return in_group(column.status(), chunk.cut.group, file);
    columns.push_back(std::move(*column));
  }
  return arrow::RecordBatch::Make(arrow_schema, chunk.cut.rows, std::move(columns));
}

Result<ParsedChunk> ParquetSource::parse(const RawChunk& raw, const TableSchema& schema) {
  const auto& chunk = static_cast<const RowGroupChunk&>(*raw.content);
  ParsedChunk parsed;
  parsed.id = raw.id;
  parsed.rows_read = chunk.cut.rows;
  if (!chunk.group || chunk.cut.rows == 0) {
    parsed.rows_pruned = chunk.cut.rows;
    parsed.batch = HOWDAH_TRY(from_arrow(arrow::RecordBatch::MakeEmpty(schema.to_arrow())));
    return parsed;
  }
  BadRows bad(chunk, spec_.type_errors_become_missing);
  auto batch = HOWDAH_TRY(columns(chunk, schema, files_[static_cast<size_t>(raw.id.file)], bad));
  HOWDAH_TRY(bad.finish(parsed, std::move(batch)));
  return parsed;
}

int64_t ParquetSource::chunk_memory_bytes() const {
  const MutexLock lock(mutex_);
  return std::max(largest_chunk_bytes_, Source::chunk_memory_bytes());
}

}  // namespace

Result<std::unique_ptr<Source>> make_parquet_source(Found found) {
  auto filter = HOWDAH_TRY(RowGroupFilter::parse(found.spec));
  return std::unique_ptr<Source>(new ParquetSource(std::move(found), std::move(filter)));
}

}  // namespace howdah::formats
