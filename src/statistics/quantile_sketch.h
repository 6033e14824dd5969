// Quantiles of numbers: exact while there are at most kExact different ones, and beyond that from a
// histogram whose bins are ranges of the doubles' ordered 64-bit images. The bins' width depends
// only on the set of numbers, so that the result has the same bits in whatever order and in however
// many parts they came.
#pragma once

#include <cstdint>
#include <span>

#include "statistics/byte_io.h"

namespace howdah::statistics {

class QuantileSketch {
 public:
  static constexpr size_t kExact = 65'536;

  // Finite numbers; others are left out. −0 is 0.
  void add(double value);
  void add(std::span<const double> values);  // the fast way
  void merge(const QuantileSketch& other);

  int64_t count() const;
  bool exact() const;
  // share in [0, 1]. Between two numbers linearly (numpy's "linear"). NaN when count() is 0.
  double quantile(double share) const;
  // The true quantile lies within quantile(share) ± error(share); 0 while exact().
  double error(double share) const;
  double median() const { return quantile(0.5); }
  // The median of |x − median|.
  double median_absolute_deviation() const;
  // The share of numbers below `value` plus half of those equal to it: the mid-rank.
  double rank(double value) const;

  void write_to(ByteWriter& bytes) const;
  Status merge(ByteReader& bytes);  // kCorrupt
};

}  // namespace howdah::statistics
