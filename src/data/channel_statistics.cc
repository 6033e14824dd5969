#include "data/channel_statistics.h"

#include <cmath>

namespace howdah::data {

ChannelStatistics::ChannelStatistics(int64_t channels, int64_t plane_bytes, int64_t record_bytes)
    : plane_bytes_(static_cast<size_t>(plane_bytes)),
      record_bytes_(static_cast<size_t>(record_bytes)),
      sums_(static_cast<size_t>(channels)),
      squares_(static_cast<size_t>(channels)) {}

void ChannelStatistics::add(Bytes records) {
  // 32 bits hold the squares of this many values: the inner loop runs in narrow lanes.
  constexpr size_t kRun = 1 << 15;
  for (; records.size() >= record_bytes_; records = records.subspan(record_bytes_)) {
    const auto* value = reinterpret_cast<const unsigned char*>(records.data());
    for (size_t channel = 0; channel < sums_.size(); ++channel) {
      for (size_t done = 0; done < plane_bytes_;) {
        const size_t run = plane_bytes_ - done < kRun ? plane_bytes_ - done : kRun;
        uint32_t sum = 0, squares = 0;
        for (size_t i = 0; i < run; ++i) {
          const uint32_t v = value[i];
          sum += v;
          squares += v * v;
        }
        sums_[channel] += sum;
        squares_[channel] += squares;
        value += run;
        done += run;
      }
    }
    count_ += plane_bytes_;
  }
}

std::vector<double> ChannelStatistics::mean() const {
  std::vector<double> mean;
  if (count_ == 0) return mean;
  for (const uint64_t sum : sums_) {
    mean.push_back(static_cast<double>(sum) / static_cast<double>(count_));
  }
  return mean;
}

std::vector<double> ChannelStatistics::stddev() const {
  std::vector<double> stddev;
  if (count_ == 0) return stddev;
  const auto count = static_cast<unsigned __int128>(count_);
  for (size_t i = 0; i < sums_.size(); ++i) {
    // count^2 times the variance, exact: no cancellation of rounded numbers.
    const unsigned __int128 scaled =
        count * squares_[i] - static_cast<unsigned __int128>(sums_[i]) * sums_[i];
    stddev.push_back(std::sqrt(static_cast<double>(scaled)) / static_cast<double>(count_));
  }
  return stddev;
}

}  // namespace howdah::data
