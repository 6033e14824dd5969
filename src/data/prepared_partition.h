// A part of a prepared dataset as records.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/prepared_parts.h"
#include "data/raw_dataset.h"

namespace howdah::data {

// Makes records of rows. Not thread-safe.
class RowEncoder {
 public:
  virtual ~RowEncoder() = default;
  virtual std::vector<std::string> columns() const = 0;  // those that it reads
  // The rows that append() takes from now on.
  virtual Status bind(const arrow::RecordBatch& batch) = 0;
  // One record: features, then target.
  //   kCorrupt, kInvalidArgument  a row that cannot be trained from; the place is not its business
  virtual Status append(int64_t row, std::vector<std::byte>& into) = 0;
};

class PreparedPartition : public PartitionReader {
 public:
  PreparedPartition(const fs::Location& folder, PreparedPart part,
                    std::unique_ptr<RowEncoder> encoder)
      : folder_uri_(folder.uri()), part_(std::move(part)), encoder_(std::move(encoder)) {}

  int64_t records() const override { return part_.records; }
  Status read(int64_t count, std::vector<std::byte>& into, Deadline deadline) override;

 private:
  const std::string folder_uri_;
  const PreparedPart part_;
  const std::unique_ptr<RowEncoder> encoder_;
  std::optional<PartBatches> batches_;
  PartBatch batch_;
  int64_t row_ = 0, done_ = 0;
};

// Little endian.
template <typename T>
void append_value(T value, std::vector<std::byte>& to) {
  const auto* bytes = reinterpret_cast<const std::byte*>(&value);
  to.insert(to.end(), bytes, bytes + sizeof value);
}

}  // namespace howdah::data
