// A source whose files lie in folders that name columns: the files' own source reads the files, and
// what the folders say is put beside each of its rows.
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include "formats/arrow_status.h"
#include "formats/folder_columns.h"

namespace howdah::formats {
namespace {

class FolderColumnsSource : public Source {
 public:
  FolderColumnsSource(std::unique_ptr<Source> inner, const prepare::SourceSpec& spec,
                      std::shared_ptr<const FolderColumns> folders)
      : inner_(std::move(inner)), folders_(std::move(folders)) {
    files_ = inner_->files();
    spec_ = spec;
  }

  const SourceFile& file_of(ChunkId chunk, int64_t row) const override {
    return inner_->file_of(chunk, row);
  }
  int64_t chunk_memory_bytes() const override { return inner_->chunk_memory_bytes(); }
  Result<std::vector<Portion>> portions(int64_t max_bytes, Deadline deadline) override {
    return inner_->portions(max_bytes, deadline);
  }
  Result<std::unique_ptr<ChunkReader>> read(const Portion& portion, Deadline deadline) override {
    return inner_->read(portion, deadline);
  }

  Result<TableSchema> survey(Deadline deadline) override {
    TableSchema all = HOWDAH_TRY(inner_->survey(deadline));
    for (const TableColumn& column : all.columns)
      if (folders_->has(column.name))
        return Status(Code::kInvalidArgument,
                      "the column '" + column.name + "' is in the folders' names as well")
            .with_peer(spec_.where)
            .with_advice("list the `columns` to read, or rename the folders");
    all.columns.insert(all.columns.end(), folders_->columns().begin(), folders_->columns().end());
    if (spec_.columns.empty()) return all;
    TableSchema asked;
    for (const auto& name : spec_.columns)
      for (const TableColumn& column : all.columns)
        if (column.name == name) asked.columns.push_back(column);
    return asked;
  }

  Result<ParsedChunk> parse(const RawChunk& chunk, const TableSchema& schema) override {
    TableSchema own;
    for (const TableColumn& column : schema.columns)
      if (!folders_->has(column.name)) own.columns.push_back(column);
    auto parsed = HOWDAH_TRY(inner_->parse(chunk, own));
    if (parsed.needs) {
      TableSchema needs = schema;
      HOWDAH_TRY(place(*parsed.needs, needs));
      parsed.needs = std::move(needs);
    } else {
      parsed.batch = HOWDAH_TRY(beside(*parsed.batch, schema, chunk.id.file));
    }
    return parsed;
  }

 private:
  // The files' columns, each where the schema has it.
  Status place(const TableSchema& own, TableSchema& schema) const {
    size_t next = 0;
    for (TableColumn& column : schema.columns) {
      if (folders_->has(column.name)) continue;
      if (next == own.columns.size() || own.columns[next].name != column.name)
        return Status(Code::kInternal, "the column '" + column.name + "' changed its place");
      column = own.columns[next++];
    }
    return Status::ok();
  }

  Result<std::shared_ptr<arrow::RecordBatch>> beside(const arrow::RecordBatch& own,
                                                     const TableSchema& schema,
                                                     int32_t file) const {
    const auto arrow_schema = schema.to_arrow();
    arrow::ArrayVector columns;
    int next = 0;
    for (const auto& field : arrow_schema->fields()) {
      const auto value = folders_->value(field->name(), file);
      if (!value) {
        columns.push_back(own.column(next++));
        continue;
      }
      if (!value->type->Equals(*field->type()))
        return Status(Code::kInvalidArgument,
                      "the column '" + field->name() + "' is of another type in the folders' names")
            .with_peer(files_[static_cast<size_t>(file)].location.uri());
      columns.push_back(HOWDAH_TRY(from_arrow(arrow::MakeArrayFromScalar(*value, own.num_rows()))));
    }
    return arrow::RecordBatch::Make(arrow_schema, own.num_rows(), std::move(columns));
  }

  const std::unique_ptr<Source> inner_;
  const std::shared_ptr<const FolderColumns> folders_;
};

}  // namespace

Result<prepare::SourceSpec> without_folder_columns(const prepare::SourceSpec& spec,
                                                   const FolderColumns& folders) {
  prepare::SourceSpec own = spec;
  std::erase_if(own.columns, [&](const std::string& name) { return folders.has(name); });
  std::erase_if(own.types, [&](const auto& type) { return folders.has(type.first); });
  if (!own.columns.empty() || spec.columns.empty()) return own;
  return Status(Code::kInvalidArgument, "all `columns` stand in the folders' names")
      .with_peer(spec.where)
      .with_advice("list one of the files' own, too");
}

Result<std::unique_ptr<Source>> make_folder_columns_source(
    std::unique_ptr<Source> files, const prepare::SourceSpec& spec,
    std::shared_ptr<const FolderColumns> folders) {
  return std::unique_ptr<Source>(
      new FolderColumnsSource(std::move(files), spec, std::move(folders)));
}

}  // namespace howdah::formats
