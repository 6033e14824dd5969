// Some ranges of a file, in memory, as Arrow reads files: for decoding without I/O.
#pragma once

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include <map>
#include <memory>

namespace howdah::formats {

// Reading what no range holds is an error. Not for several threads at once.
class MemoryRanges : public arrow::io::RandomAccessFile {
 public:
  explicit MemoryRanges(int64_t file_bytes) : file_bytes_(file_bytes) {}
  // Ranges do not overlap.
  void add(int64_t offset, std::shared_ptr<arrow::Buffer> bytes) {
    ranges_[offset] = std::move(bytes);
  }

  arrow::Result<int64_t> GetSize() override { return file_bytes_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override;
  arrow::Result<int64_t> ReadAt(int64_t offset, int64_t bytes, void* out) override;
  // Shares the range's memory.
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t offset, int64_t bytes) override;
  arrow::Result<int64_t> Read(int64_t bytes, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override;
  arrow::Status Close() override { return arrow::Status::OK(); }
  bool closed() const override { return false; }

 private:
  const int64_t file_bytes_;
  int64_t position_ = 0;
  std::map<int64_t, std::shared_ptr<arrow::Buffer>> ranges_;  // by offset
};

}  // namespace howdah::formats
