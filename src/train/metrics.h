// How good a classifier's answers are. Counts are exact integers that add up over workers, so that
// a figure does not depend on who evaluated which records.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace howdah::train {

struct Metrics {
  int64_t records = 0;
  double loss = 0;  // cross-entropy, mean over the records
  double accuracy = 0;
  // Means over the classes that occur as a truth or as an answer; a ratio of nothing counts as 0
  // (scikit-learn: average="macro", zero_division=0).
  double precision = 0, recall = 0, f1 = 0;
};

class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(int64_t classes);

  void add(int64_t truth, int64_t answer) { ++counts_[index(truth, answer)]; }
  int64_t at(int64_t truth, int64_t answer) const { return counts_[index(truth, answer)]; }
  int64_t classes() const { return classes_; }
  // [truth, answer], row-major: what workers send each other.
  std::span<int64_t> counts() { return counts_; }
  std::span<const int64_t> counts() const { return counts_; }

  // All but the loss.
  Metrics metrics() const;

 private:
  size_t index(int64_t truth, int64_t answer) const {
    return static_cast<size_t>(truth * classes_ + answer);
  }
  int64_t classes_;
  std::vector<int64_t> counts_;
};

}  // namespace howdah::train
