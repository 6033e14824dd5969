// e to the mean negative log-likelihood of a token: how many tokens a language model hesitates
// between. The sum is kept without rounding.
//
// The same bits in whatever order and in however many parts the pieces came; what is one piece (a
// token, a sentence, a batch) is rounded before it comes here, and so has to be the same.
// Not thread-safe while something is added. 1 KiB.
#pragma once

#include <array>
#include <cstdint>

#include "statistics/exact_sum.h"

namespace howdah::measure {

class Perplexity {
 public:
  // Natural logarithms, summed over the tokens. What is not finite makes the figure NaN.
  void add(double negative_log_likelihood, int64_t tokens = 1);
  void merge(const Perplexity& other);

  int64_t tokens() const { return counts_[0]; }
  double value() const;  // NaN of nothing

  void write_to(statistics::ByteWriter& bytes) const;  // the same pieces, the same bytes
  Status merge(statistics::ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  std::array<int64_t, 2> counts_{};  // tokens, pieces that are not finite
  statistics::ExactSum sum_;
};

}  // namespace howdah::measure
