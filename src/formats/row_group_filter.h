// Which row groups cannot hold a row that a filter lets through, by the statistics in the footer.
//
// Looks at comparisons of a column with a constant (= != < <= > >=, in, between), joined with `and`
// and `or`, where the column holds numbers, dates, timestamps or texts. Everything else, and a
// column without statistics, may match. A filter never matches where it is missing.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "formats/parquet_file.h"
#include "prepare/expression.h"
#include "prepare/source_spec.h"

namespace howdah::formats {

class RowGroupFilter {
 public:
  // An empty filter lets all rows through. kInvalidArgument: no expression.
  static Result<RowGroupFilter> parse(const prepare::SourceSpec& spec);
  bool may_match(const ParquetFile& file, int group) const;

 private:
  std::optional<prepare::Expression> expression_;
  std::map<std::string, prepare::ColumnType> given_;  // whose values are not those of the file
};

}  // namespace howdah::formats
