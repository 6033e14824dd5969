// What the footer of one Parquet file says: columns, row groups, and where their bytes lie.
//
// parquet-format: FileMetaData. Immutable; any thread.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/type_fwd.h>
#include <parquet/properties.h>
#include <parquet/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "formats/source.h"

namespace howdah::formats {

class ParquetFile {
 public:
  struct Column {
    std::string name;
    std::shared_ptr<arrow::DataType> stored;   // as Arrow reads it
    std::shared_ptr<arrow::DataType> landing;  // parquet_types.h; null for what is nested
    int leaf = -1;                             // of the Parquet schema; -1 for what is nested
  };
  // A row group is a chunk, unless it has more than kMostRows rows or says to hold more than
  // kMostBytes: then it is cut into chunks of equally many rows.
  static constexpr int64_t kMostRows = 1 << 20, kMostBytes = 64 << 20;
  struct Group {
    int64_t rows = 0, rows_per_chunk = 0;
    int64_t first_row = 0;  // in the file
    int64_t first_chunk = 0;
    int64_t stored_bytes = 0, decoded_bytes = 0;  // of all columns
    int64_t offset = 0;                           // of its first byte
    int64_t chunks() const { return rows == 0 ? 1 : (rows + rows_per_chunk - 1) / rows_per_chunk; }
  };
  // Rows of one chunk within its row group.
  struct Cut {
    int group = 0;
    int64_t first_row = 0, rows = 0;
  };

  //   kCorrupt      no Parquet, truncated, a footer that is damaged or beyond the limits
  //   kUnsupported  encrypted
  static Result<std::shared_ptr<const ParquetFile>> open(const SourceFile& file, Deadline deadline);

  const std::vector<Column>& columns() const { return columns_; }
  const Column* column(const std::string& name) const;  // null where there is none
  std::vector<std::string> names() const;
  const std::vector<Group>& groups() const { return groups_; }
  int64_t chunks() const;
  Cut cut(int64_t chunk) const;
  int64_t length_bytes() const { return length_bytes_; }
  int64_t footer_bytes() const { return footer_bytes_; }
  const std::shared_ptr<parquet::FileMetaData>& metadata() const { return metadata_; }

  // Where these columns of a row group lie; neighbours are read together.
  Result<std::vector<arrow::io::ReadRange>> ranges(int group, const std::vector<int>& leaves) const;
  static parquet::ReaderProperties reader_properties();
  static parquet::ArrowReaderProperties arrow_properties(int64_t batch_rows);

 private:
  ParquetFile() = default;
  Status read_footer(fs::InputFile& input, Deadline deadline);
  Status read_columns();
  Status read_groups();

  int64_t length_bytes_ = 0, footer_bytes_ = 0;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  std::vector<Column> columns_;
  std::vector<Group> groups_;
};

}  // namespace howdah::formats
