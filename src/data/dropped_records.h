// Records that were dropped, with the reason: those for the quarantine, and a sample for the
// report.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "formats/source.h"
#include "statistics/byte_io.h"

namespace howdah::data {

struct DroppedRecord {
  formats::ChunkId chunk;
  int64_t row = 0;      // position in the chunk
  int64_t offset = -1;  // bytes in the (decompressed) file, where it is known
  std::string rule, reason, content;
};

// The first few of each rule, by position: the same whoever collects them, in whatever order.
class DroppedRecords {
 public:
  static constexpr size_t kPerRule = 10;
  void add(const DroppedRecord& record);
  // By rule, then by position.
  const std::map<std::string, std::vector<DroppedRecord>>& by_rule() const { return by_rule_; }
  void write_to(statistics::ByteWriter& bytes) const;
  Status merge(statistics::ByteReader& bytes);

 private:
  std::map<std::string, std::vector<DroppedRecord>> by_rule_;
};

}  // namespace howdah::data
