// Records between two readings: in memory up to a limit, then in a temporary file (packed_batch.h)
// that has no name and vanishes with the process.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "transform/records.h"

namespace howdah::data {

class Spool {
 public:
  // A folder of this machine for the file, made when it is needed.
  Spool(int64_t memory_bytes, std::string folder);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // In any order, each n once, and in the end all below size().
  //   kDiskFull
  Status put(size_t n, transform::Records&& records);
  size_t size() const;
  // keep false: what it held in memory is given back.
  Result<transform::Records> get(size_t n, bool keep);
  int64_t memory_bytes() const;
  int64_t file_bytes() const;

 private:
  struct Entry {
    std::optional<transform::Records> records;  // or
    int64_t offset = 0, length = 0;             // in the file
    std::shared_ptr<arrow::Schema> schema;
    int64_t memory_bytes = 0;
  };
  Status spill(const transform::Records& records, Entry& entry);

  const int64_t limit_bytes_;
  const std::string folder_;
  mutable std::mutex mutex_;  // guards all below
  std::vector<Entry> entries_;
  int64_t memory_bytes_ = 0, file_bytes_ = 0;
  int file_ = -1;
};

}  // namespace howdah::data
