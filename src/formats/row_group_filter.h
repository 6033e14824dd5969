// Which row groups cannot hold a row that a filter lets through, by the statistics in the footer.
//
// Folders' names say it as well: all rows of a file have the same values there.
//
// Looks at comparisons of a column with a constant (= != < <= > >=, in, between), joined with `and`
// and `or`, where the column holds numbers, dates, timestamps or texts. Everything else, and a
// column without statistics, may match. A filter never matches where it is missing.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "formats/folder_columns.h"
#include "formats/parquet_file.h"
#include "prepare/expression.h"
#include "prepare/source_spec.h"

namespace howdah::formats {

class RowGroupFilter {
 public:
  // An empty filter lets all rows through. kInvalidArgument: no expression.
  static Result<RowGroupFilter> parse(const prepare::SourceSpec& spec);
  // `folders`: what they say of the file with this index, which counts instead of what it holds;
  // may be null.
  bool may_match(const ParquetFile& file, int group, const FolderColumns* folders,
                 int32_t index) const;

 private:
  std::optional<prepare::Expression> expression_;
  std::map<std::string, prepare::ColumnType> given_;  // whose values are not those of the file
};

}  // namespace howdah::formats
