// The least and the greatest of numbers: what Moments also knows, at a fraction of its price.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "statistics/byte_io.h"

namespace howdah::transform {

// Finite numbers; others are left out. −0 is 0.
class Extremes {
 public:
  void add(std::span<const double> values) {
    double least = least_, greatest = greatest_;
    for (const double value : values) {
      const bool finite = value - value == 0;
      least = finite && value < least ? value : least;
      greatest = finite && value > greatest ? value : greatest;
    }
    least_ = least, greatest_ = greatest;
  }
  bool any() const { return least_ <= greatest_; }
  // 0 where there was no number.
  double minimum() const { return any() ? least_ + 0.0 : 0; }
  double maximum() const { return any() ? greatest_ + 0.0 : 0; }
  double largest_magnitude() const { return std::fmax(-minimum(), maximum()) + 0.0; }

  void write_to(statistics::ByteWriter& bytes) const {
    bytes.f64(least_ + 0.0);
    bytes.f64(greatest_ + 0.0);
  }
  Status merge(statistics::ByteReader& bytes) {
    const double least = HOWDAH_TRY(bytes.f64());
    const double greatest = HOWDAH_TRY(bytes.f64());
    if (least < least_) least_ = least;
    if (greatest > greatest_) greatest_ = greatest;
    return Status::ok();
  }

 private:
  double least_ = std::numeric_limits<double>::infinity();
  double greatest_ = -std::numeric_limits<double>::infinity();
};

}  // namespace howdah::transform
