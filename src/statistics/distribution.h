// The order of numbers, fixed: quantiles and ranks in logarithmic time. Of different numbers each
// with its count, or of bins within which the numbers are taken to be evenly spread.
//
// Immutable, hence thread-safe.
#pragma once

#include <cstdint>
#include <vector>

namespace howdah::statistics {

class Distribution {
 public:
  struct Bin {
    double low = 0, high = 0;  // both inclusive; equal for a single number
    int64_t count = 0;
  };
  // Ascending, disjoint, finite, each count > 0. The lowest low is the minimum of the numbers, the
  // highest high their maximum.
  explicit Distribution(std::vector<Bin> bins);

  int64_t count() const { return before_.back(); }
  // As QuantileSketch's functions of these names.
  double quantile(double share) const;
  double error(double share) const;
  double median_absolute_deviation() const;
  double rank(double value) const;

 private:
  struct Estimate {
    double value = 0, error = 0;
  };
  struct Position {
    int64_t index = 0;  // of the number at or below, counted from 0
    double beyond = 0;  // the share of the way to the next
  };
  Position position(double share) const;
  Estimate number_at(int64_t index) const;

  std::vector<Bin> bins_;
  std::vector<int64_t> before_;  // [bins + 1]: how many numbers are in lower bins
};

}  // namespace howdah::statistics
