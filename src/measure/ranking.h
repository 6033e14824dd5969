// How well scores order the two classes: the area under the ROC curve, and under the curve of
// precision and recall. As scikit-learn's roc_auc_score and average_precision_score: equal scores
// are one threshold.
//
// Exact while there are at most `exact` different scores, and beyond that from bins: scores whose
// ordered 64-bit images agree but for their lowest `level` bits are taken for equal. The level is
// the smallest that leaves at most `exact` bins: it depends on the set of scores alone, so that the
// result has the same bits in whatever order and in however many parts they came. The most that
// this can be off stands beside each figure.
//
// Not thread-safe while something is added. 24 bytes a different score, and as much again while
// merging: 24 MiB and 24 MiB at most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "statistics/byte_io.h"

namespace howdah::measure {

class Ranking {
 public:
  static constexpr size_t kExact = size_t{1} << 20;

  explicit Ranking(size_t exact = kExact) : exact_(exact) {}  // at least 2

  // The higher the score, the likelier the positive class. −0 is 0. A NaN makes each figure NaN.
  void add(bool positive, double score);
  void merge(const Ranking& other);

  struct Figure {
    double value = 0;
    double error = 0;  // the true figure is within value ± error; 0 while exact
  };
  Figure roc_auc() const;            // NaN without records of both classes
  Figure average_precision() const;  // 0 without positive records

  void write_to(statistics::ByteWriter& bytes) const;  // the same scores, the same bytes
  Status merge(statistics::ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  struct Bin {
    uint64_t key = 0;  // image >> level
    int64_t negatives = 0, positives = 0;
  };
  using Bins = std::vector<Bin>;

  void settle();
  void raise(int level);
  void keep_within_limit();
  Ranking settled() const;
  static void unite(Bins& sorted);

  size_t exact_;
  int level_ = 0;
  int64_t nans_ = 0;
  Bins bins_;     // by key
  Bins waiting_;  // of the same level, in no order
};

}  // namespace howdah::measure
