// What precision, recall and F1 need of a classifier's answers: three counts a class.
//
// As scikit-learn's precision_recall_fscore_support with zero_division=0: a ratio of nothing is 0,
// and classes that occur neither as a truth nor as an answer enter no mean.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/byte_io.h"

namespace howdah::measure {

struct Ratios {
  double precision = 0, recall = 0, f1 = 0;
};

enum class Average {
  kMacro,     // the mean of the classes
  kMicro,     // of all answers together
  kWeighted,  // the mean of the classes, each weighted by how often it is the truth
};

// Not thread-safe while something is added. 24 bytes a class, for when there are too many classes
// (a vocabulary) for a ConfusionMatrix.
class ClassCounts {
 public:
  explicit ClassCounts(int64_t classes);

  // Both in [0, classes).
  void add(int64_t truth, int64_t answer) { add(truth, answer, 1); }
  void add(int64_t truth, int64_t answer, int64_t times);
  void merge(const ClassCounts& other);  // of as many classes

  int64_t classes() const { return static_cast<int64_t>(counts_.size()) / 3; }
  int64_t records() const;
  int64_t truths(int64_t of) const { return counts_[3 * static_cast<size_t>(of)]; }
  int64_t answers(int64_t of) const { return counts_[3 * static_cast<size_t>(of) + 1]; }
  int64_t correct(int64_t of) const { return counts_[3 * static_cast<size_t>(of) + 2]; }

  double accuracy() const;
  Ratios ratios(int64_t of) const;  // of one class; of two classes, class 1 is the positive one
  Ratios ratios(Average average) const;

  void write_to(statistics::ByteWriter& bytes) const;  // equal counts, equal bytes
  Status merge(statistics::ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  std::vector<int64_t> counts_;  // [class, (truths, answers, correct)]
};

}  // namespace howdah::measure
