// Which class was taken for which: exact counts that add up over workers, so that a figure does
// not depend on who evaluated which records.
//
// Not thread-safe while something is added. 8 · classes² bytes; figures that need no pairs of
// classes come from ClassCounts alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "measure/class_counts.h"

namespace howdah::measure {

class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(int64_t classes);

  // Both in [0, classes).
  void add(int64_t truth, int64_t answer) { ++counts_[index(truth, answer)]; }
  void merge(const ConfusionMatrix& other);  // of as many classes

  int64_t at(int64_t truth, int64_t answer) const { return counts_[index(truth, answer)]; }
  int64_t classes() const { return classes_; }
  // [truth, answer], row-major: what workers send each other.
  std::span<int64_t> counts() { return counts_; }
  std::span<const int64_t> counts() const { return counts_; }

  // Accuracy, precision, recall, F1.
  ClassCounts by_class() const;

  void write_to(statistics::ByteWriter& bytes) const;  // equal counts, equal bytes
  Status merge(statistics::ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  size_t index(int64_t truth, int64_t answer) const {
    return static_cast<size_t>(truth * classes_ + answer);
  }
  int64_t classes_;
  std::vector<int64_t> counts_;
};

}  // namespace howdah::measure
