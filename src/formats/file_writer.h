// Writes records to one file in one of the output formats. The bytes depend on the sequence of
// records and the options alone, not on how they were cut into batches.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>

#include "base/deadline.h"
#include "base/result.h"
#include "fs/file_system.h"
#include "prepare/spec.h"

namespace howdah::formats {

struct WriterOptions {
  prepare::OutputFormat format = prepare::OutputFormat::kParquet;
  std::string compression = "zstd";
  // A row group ends at the first of these; both are properties of the records, not of the memory.
  int64_t row_group_rows = 128 << 10;
  int64_t row_group_bytes = 16 << 20;  // as Arrow holds them
};

class FileWriter {
 public:
  // Whether the format holds such columns; asks for no file.
  //   kInvalidArgument  text and more than one column, tar and no images...
  static Status check(const arrow::Schema& schema, const WriterOptions& options);
  // Creates the file (not overwriting), after check().
  static Result<std::unique_ptr<FileWriter>> create(fs::FileSystem& files, const std::string& path,
                                                    std::shared_ptr<arrow::Schema> schema,
                                                    const WriterOptions& options,
                                                    Deadline deadline);
  virtual ~FileWriter() = default;  // a file that was not closed is no output: remove it
  virtual Status write(const arrow::RecordBatch& batch) = 0;
  struct Written {
    int64_t rows = 0, bytes = 0;
    std::string sha256;  // of the file's bytes
  };
  virtual Result<Written> close() = 0;
  // Held in memory until the row group ends.
  virtual int64_t buffered_bytes() const = 0;
  // ".parquet", ".csv.gz", ...
  static std::string suffix(const WriterOptions& options);
};

}  // namespace howdah::formats
