// The one schema of all Parquet files of a source.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "formats/parquet_file.h"
#include "formats/table_schema.h"
#include "prepare/source_spec.h"

namespace howdah::formats {

class ParquetSchema {
 public:
  // `spec` and `folders`, whose columns are left out of the files (null: none), outlive it.
  ParquetSchema(const prepare::SourceSpec& spec, const FolderColumns* folders)
      : spec_(spec), folders_(folders) {}

  //   kInvalidArgument  a column that is asked for is not there, or nested; a column that other
  //                     files lack; two of one name; a type that does not go with that of the files
  //                     before, or with the one that the job file gives
  Status add(const ParquetFile& file, const SourceFile& at);
  // Columns in the order of `columns`, or else of their first appearance.
  //   kInvalidArgument  a column that is asked for is in none
  Result<TableSchema> finish() const;

 private:
  struct Column {
    std::string name;
    std::shared_ptr<arrow::DataType> type;
    std::string first;  // the file it was seen in first
  };
  Status add_column(const ParquetFile::Column& column, const SourceFile& at);
  Status check_all_there(const ParquetFile& file, const SourceFile& at) const;
  bool wanted(const std::string& name) const;

  const prepare::SourceSpec& spec_;
  const FolderColumns* const folders_;
  std::vector<Column> columns_;
  std::unordered_map<std::string, size_t> found_;  // by name
  SourceFile first_;
  bool any_ = false;
};

}  // namespace howdah::formats
