// A sum of doubles without rounding: a fixed-point accumulator that spans all their exponents (the
// superaccumulator of Neal, 2015). Addition is associative and commutative to the bit.
#pragma once

#include "statistics/byte_io.h"

namespace howdah::statistics {

class ExactSum {
 public:
  void add(double value);  // finite
  void add(const ExactSum& other);
  void add_product(double a, double b);  // a·b exactly; finite
  double value() const;                  // rounded once, to nearest even

  void write_to(ByteWriter& bytes) const;
  Status merge(ByteReader& bytes);  // kCorrupt
};

}  // namespace howdah::statistics
