// One row group of a Parquet file: the bytes of the columns that are wanted, and the rows in them.
#pragma once

#include <arrow/type_fwd.h>
#include <parquet/arrow/reader.h>

#include <memory>
#include <vector>

#include "base/mutex.h"
#include "formats/memory_ranges.h"
#include "formats/parquet_file.h"

namespace howdah::formats {

class RowGroup {
 public:
  // Reads the columns' bytes, and nothing else of the file.
  //   kCorrupt  the file ends before them
  static Result<std::shared_ptr<RowGroup>> read(std::shared_ptr<const ParquetFile> file, int group,
                                                std::vector<int> leaves, fs::InputFile& input,
                                                Deadline deadline);

  // Decodes rows [first, first + rows): one chunk's. Chunks that are asked for in their order are
  // decoded once, others from the row group's beginning. Thread-safe; one decodes at a time.
  //   kCorrupt      damaged pages, fewer rows than the footer says
  //   kOutOfMemory  the rows take more than kMostDecodedBytes
  Result<std::shared_ptr<arrow::RecordBatch>> rows(const ParquetFile::Cut& cut);

  static constexpr int64_t kMostDecodedBytes = 1 << 30;
  int index() const { return group_; }

 private:
  RowGroup(std::shared_ptr<const ParquetFile> file, int group, std::vector<int> leaves)
      : file_(std::move(file)), group_(group), leaves_(std::move(leaves)) {}
  const ParquetFile::Group& described() const {
    return file_->groups()[static_cast<size_t>(group_)];
  }
  // Goes through the rows once.
  struct Decoder {
    std::unique_ptr<parquet::arrow::FileReader> reader;
    std::unique_ptr<arrow::RecordBatchReader> batches;  // of the reader
    int64_t position = 0;
    Result<std::shared_ptr<arrow::RecordBatch>> next(int64_t rows);
    ~Decoder() { batches.reset(); }
  };
  Result<std::unique_ptr<Decoder>> decoder() const;

  const std::shared_ptr<const ParquetFile> file_;
  const int group_;
  const std::vector<int> leaves_;
  std::vector<std::pair<int64_t, std::shared_ptr<arrow::Buffer>>> bytes_;  // by offset
  Mutex mutex_;
  std::unique_ptr<Decoder> decoder_ HOWDAH_GUARDED_BY(mutex_);  // null between two passes
};

}  // namespace howdah::formats
