// Sums of the values of each channel of images (bytes, height × width × channels), as integers: the
// same in whatever order the images came.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace howdah::transform {

struct ChannelSums {
  uint64_t sum = 0, sum_of_squares = 0;

  // Of values in [0, 1], of the population. 0 without pixels.
  double mean(uint64_t pixels) const {
    return pixels ? static_cast<double>(sum) / (255.0 * static_cast<double>(pixels)) : 0;
  }
  double standard_deviation(uint64_t pixels) const {
    if (!pixels) return 0;
    // n·Σx² − (Σx)² is exact, and never negative.
    __extension__ using Wide = unsigned __int128;
    const Wide spread = static_cast<Wide>(sum_of_squares) * pixels - static_cast<Wide>(sum) * sum;
    return std::sqrt(static_cast<double>(spread)) / (255.0 * static_cast<double>(pixels));
  }
};

// `pixels` is a whole number of `channels.size()` bytes each.
inline void add_pixels(std::span<const uint8_t> pixels, std::span<ChannelSums> channels) {
  const size_t count = channels.size();
  // Few enough values that 32 bits hold the sum of their squares.
  constexpr size_t kBlock = 65'536;
  for (size_t c = 0; c < count; ++c) {
    for (size_t from = c; from < pixels.size();) {
      const size_t to = std::min(pixels.size(), from + kBlock * count);
      uint32_t sum = 0, sum_of_squares = 0;
      for (; from < to; from += count) {
        const uint32_t value = pixels[from];
        sum += value;
        sum_of_squares += value * value;
      }
      channels[c].sum += sum;
      channels[c].sum_of_squares += sum_of_squares;
    }
  }
}

}  // namespace howdah::transform
