// Count, sum, mean, variance, minimum and maximum of numbers, exactly: Σx and Σx² are kept without
// rounding (ExactSum), so that the result has the same bits in whatever order and in however many
// parts the numbers came. Rounding happens once, when a figure is asked for.
#pragma once

#include <cstdint>
#include <span>

#include "statistics/byte_io.h"
#include "statistics/exact_sum.h"

namespace howdah::statistics {

// NaN and infinities are counted apart and enter no other figure.
class Moments {
 public:
  void add(double value);
  void add(std::span<const double> values);  // the fast way
  void merge(const Moments& other);

  int64_t count() const;  // of finite numbers
  int64_t nans() const;
  int64_t infinities() const;
  // The rest is 0 when count() is 0.
  double sum() const;
  double mean() const;
  double variance() const;            // of the population: Σ(x − mean)² / count
  double standard_deviation() const;  // its root
  double minimum() const;
  double maximum() const;

  void write_to(ByteWriter& bytes) const;
  Status merge(ByteReader& bytes);  // kCorrupt
};

}  // namespace howdah::statistics
