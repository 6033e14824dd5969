// Count, sum, mean, variance, minimum and maximum of numbers, exactly: Σx and Σx² are kept without
// rounding (ExactSum), so that the result has the same bits in whatever order and in however many
// parts the numbers came. Rounding happens once, when a figure is asked for.
//
// Not thread-safe while something is added. 2 KiB.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "statistics/byte_io.h"
#include "statistics/exact_sum.h"

namespace howdah::statistics {

struct BlockKernel;

// NaN and infinities are counted apart and enter no other figure.
class Moments {
 public:
  void add(double value);
  void add(std::span<const double> values);  // the fast way
  void merge(const Moments& other);

  int64_t count() const { return count_; }  // of finite numbers
  int64_t nans() const { return nans_; }
  int64_t infinities() const { return infinities_; }
  // The rest is 0 when count() is 0. Each figure is the exact one rounded to nearest even (the
  // standard deviation: to within one unit in the last place), and ±infinity only where the exact
  // figure is beyond the doubles: a sum can be while its mean is not, a variance while its root is
  // not.
  double sum() const;
  double mean() const;
  double variance() const;            // of the population: Σ(x − mean)² / count
  double sample_variance() const;     // Σ(x − mean)² / (count − 1); 0 when count() is below 2
  double standard_deviation() const;  // the root of variance()
  double sample_standard_deviation() const;
  double minimum() const;
  double maximum() const;

  void write_to(ByteWriter& bytes) const;  // the same numbers, the same bytes
  Status merge(ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  void add_block(const BlockKernel& kernel, const double* values, size_t count);
  double spread(int64_t divisor, bool root) const;

  int64_t count_ = 0, nans_ = 0, infinities_ = 0;
  double minimum_ = std::numeric_limits<double>::infinity();
  double maximum_ = -std::numeric_limits<double>::infinity();
  ExactSum sum_, squares_;
};

}  // namespace howdah::statistics
