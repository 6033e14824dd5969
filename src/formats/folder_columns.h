// Columns that stand in the names of folders, as Hive lays tables out: region=eu/month=3/part-0.
//
// Hive: Warehouse.makeSpecFromName, FileUtils.unescapePathName. Names and values are
// percent-decoded, unless that leaves no UTF-8. __HIVE_DEFAULT_PARTITION__ and an empty value are
// missing; `missing_words` do not count. A column is int64 where all its values are whole numbers
// that fit, else a string; the job file's `types` go before. Folders without '=' say nothing.
//
// As in Spark and Arrow, the folder's value counts where the files hold a column of that name too.
// Immutable; any thread.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/source.h"
#include "formats/table_schema.h"
#include "prepare/source_spec.h"

namespace howdah::formats {

class FolderColumns {
 public:
  // Of the folders between the source and its files; null where they name no column that is asked
  // for, and for images, whose folders are labels.
  //   kInvalidArgument  files whose folders name other columns (two are named; with
  //                     absent_columns_are_missing they are missing there), one column twice in a
  //                     path, a value that the type which the job file gives does not have, a name
  //                     that is no UTF-8
  static Result<std::shared_ptr<const FolderColumns>> find(const std::vector<SourceFile>& files,
                                                           const prepare::SourceSpec& spec);

  // In the order of the folders.
  const std::vector<TableColumn>& columns() const { return columns_; }
  bool has(const std::string& name) const { return position(name) >= 0; }
  // What all rows of a file have there, of the column's type; null where there is no such column.
  std::shared_ptr<arrow::Scalar> value(const std::string& name, int32_t file) const;

 private:
  // The distinct values of a column, the missing one first, and which one each file has.
  struct Values {
    std::vector<std::shared_ptr<arrow::Scalar>> distinct;
    std::vector<uint32_t> of_file;
  };
  int position(const std::string& name) const;

  std::vector<TableColumn> columns_;
  std::vector<Values> values_;  // by column
};

// The source that `found` is, with the columns that stand in its folders behind those of the files,
// or where `columns` places them.
Result<std::unique_ptr<Source>> make_folder_columns_source(
    std::unique_ptr<Source> files, const prepare::SourceSpec& spec,
    std::shared_ptr<const FolderColumns> folders);
// What the files themselves are asked for.
//   kInvalidArgument  `columns` lists none of theirs
Result<prepare::SourceSpec> without_folder_columns(const prepare::SourceSpec& spec,
                                                   const FolderColumns& folders);

}  // namespace howdah::formats
