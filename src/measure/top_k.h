// How often the truth is among the k classes with the highest scores.
//
// As scikit-learn's top_k_accuracy_score: of equal scores, that of the higher class comes first.
// Not thread-safe while something is added.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "statistics/byte_io.h"

namespace howdah::measure {

class TopK {
 public:
  explicit TopK(int64_t k) : k_(k) {}  // k > 0

  // scores: [classes], truth in [0, classes). A truth whose score is NaN is not found; a NaN of
  // another class comes before every number.
  void add(int64_t truth, std::span<const float> scores);
  void merge(const TopK& other);  // of the same k

  int64_t k() const { return k_; }
  int64_t records() const { return counts_[0]; }
  double accuracy() const;  // 0 of nothing

  void write_to(statistics::ByteWriter& bytes) const;  // equal counts, equal bytes
  Status merge(statistics::ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  int64_t k_;
  std::array<int64_t, 2> counts_{};  // records, found
};

}  // namespace howdah::measure
