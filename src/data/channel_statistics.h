// Mean and standard deviation of each channel of uint8 records, from exact integer sums: the same
// bits whatever the order of the records and the size of the pieces.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace howdah::data {

class ChannelStatistics {
 public:
  // A record: `channels` planes of `plane_bytes` values each, then bytes up to `record_bytes` that
  // do not count.
  ChannelStatistics(int64_t channels, int64_t plane_bytes, int64_t record_bytes);

  // Whole records.
  void add(Bytes records);
  // Of values in [0, 255]; the population's standard deviation. Empty before the first record.
  std::vector<double> mean() const;
  std::vector<double> stddev() const;

 private:
  size_t plane_bytes_, record_bytes_;
  uint64_t count_ = 0;  // values of one channel
  std::vector<uint64_t> sums_, squares_;
};

}  // namespace howdah::data
