// How far predicted numbers are from the true ones: mean squared and absolute error, R². The sums
// are kept without rounding, so that the figures have the same bits in whatever order and in
// however many parts the records came. As scikit-learn's for one output.
//
// Not thread-safe while something is added. 4 KiB.
#pragma once

#include <array>
#include <cstdint>

#include "statistics/moments.h"

namespace howdah::measure {

class Regression {
 public:
  // Where one of them, or their difference, is not finite, each figure becomes NaN.
  void add(double truth, double prediction);
  void merge(const Regression& other);

  int64_t records() const { return counts_[0]; }
  double mean_squared_error() const;  // NaN of nothing, as the others
  double root_mean_squared_error() const;
  double mean_absolute_error() const;
  // 1 − Σ(truth − prediction)² / Σ(truth − mean)². NaN below two records; where all truths are the
  // same, 1 if each was met and 0 otherwise.
  double r2() const;

  void write_to(statistics::ByteWriter& bytes) const;  // the same records, the same bytes
  Status merge(statistics::ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  bool figures() const { return counts_[0] > 0 && counts_[1] == 0; }

  std::array<int64_t, 2> counts_{};  // records, those that are not finite
  statistics::ExactSum absolute_, squares_;
  statistics::Moments truths_;
};

}  // namespace howdah::measure
