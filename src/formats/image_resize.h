// Resizes images row by row: bilinear, and where an axis shrinks the filter is widened with the
// ratio, so that all pixels count (antialiasing). The arithmetic is that
// of Pillow's resize(BILINEAR): weights of 22 bits, first across, then down, each rounded to 8
// bits.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "formats/image_decoder.h"

namespace howdah::formats {

// One axis: each target pixel is a weighted sum of neighbouring source pixels.
class ResizeAxis {
 public:
  ResizeAxis(int64_t from, int64_t to);
  struct Window {
    int64_t begin = 0, end = 0;  // of the source; neither ever decreases
    size_t first_weight = 0;
  };
  const std::vector<Window>& windows() const { return windows_; }
  const int32_t* weights(const Window& window) const { return &weights_[window.first_weight]; }
  static uint8_t rounded(int32_t sum);
  static constexpr int32_t kHalf = 1 << 21;  // where a sum begins

 private:
  std::vector<Window> windows_;
  std::vector<int32_t> weights_;
};

class RowResizer {
 public:
  // `to` outlives the resizer and has room for height x width x from.channels bytes.
  RowResizer(const ImageShape& from, int64_t height, int64_t width, uint8_t* to);
  // The source's rows from the top, all of them.
  void add_row(const uint8_t* row);

 private:
  ImageShape from_;
  ResizeAxis down_, across_;
  uint8_t* to_;
  std::vector<uint8_t> narrow_;            // the row, across
  std::deque<std::vector<int32_t>> sums_;  // of the target rows [written_, written_ + size)
  std::vector<std::vector<int32_t>> spare_;
  int64_t next_ = 0, written_ = 0;
};

}  // namespace howdah::formats
