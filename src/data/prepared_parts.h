// The parts of a prepared dataset (train, validation, test) and their rows, as they come.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "formats/source.h"

namespace howdah::data {

// What the manifest says of a part.
struct PreparedPart {
  std::vector<formats::SourceFile> files;
  int64_t records = 0;
};

//   kCorrupt      no manifest of a prepared dataset
//   kUnsupported  files that are no Parquet
Result<std::map<std::string, PreparedPart>> parts_of(const fs::Location& folder,
                                                     const std::string& manifest);

// Some rows, and where they stand.
struct PartBatch {
  std::shared_ptr<arrow::RecordBatch> batch;  // null: the end
  std::string file;                           // URI
  int64_t first_row = 0;                      // in the file, from 0

  // The same, with the place: "file:///p/train/part-00000.parquet, row 3", counted from 1.
  Status at(int64_t row, const Status& status) const;
};

// One pass over some columns of a part; none named: all.
class PartBatches {
 public:
  //   kInvalidArgument  no such column (the nearest is named), one that is nested
  static Result<PartBatches> open(std::vector<formats::SourceFile> files,
                                  std::vector<std::string> columns, Deadline deadline);

  const formats::TableSchema& schema() const { return schema_; }
  Result<PartBatch> next(Deadline deadline);

 private:
  PartBatches() = default;
  std::unique_ptr<formats::Source> source_;
  formats::TableSchema schema_;
  std::vector<formats::Portion> portions_;
  std::unique_ptr<formats::ChunkReader> reader_;
  size_t at_ = 0;
  int32_t file_ = -1;
  int64_t row_ = 0;  // in file_
};

// The column as values of the type.
Result<std::shared_ptr<arrow::Array>> cast_column(const arrow::RecordBatch& batch,
                                                  const std::string& name,
                                                  const std::shared_ptr<arrow::DataType>& type);

}  // namespace howdah::data
