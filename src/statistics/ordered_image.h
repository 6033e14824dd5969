// Doubles as unsigned integers in the same order, neighbours as neighbours. Bins of doubles are
// ranges of images that have the same leading bits: their width is a share of their magnitude.
#pragma once

#include <bit>
#include <cstdint>

namespace howdah::statistics {

inline constexpr uint64_t kSignBit = uint64_t{1} << 63;

// −0 has the image below that of 0. Not for NaN.
inline uint64_t image_of(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const auto all_if_negative = static_cast<uint64_t>(std::bit_cast<int64_t>(value) >> 63);
  return bits ^ (all_if_negative | kSignBit);
}

inline double double_of(uint64_t image) {
  return std::bit_cast<double>((image & kSignBit) != 0 ? image ^ kSignBit : ~image);
}

}  // namespace howdah::statistics
