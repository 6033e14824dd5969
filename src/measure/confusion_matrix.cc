#include "measure/confusion_matrix.h"

#include "measure/counts_io.h"

namespace howdah::measure {

ConfusionMatrix::ConfusionMatrix(int64_t classes)
    : classes_(classes), counts_(static_cast<size_t>(classes * classes)) {}

void ConfusionMatrix::merge(const ConfusionMatrix& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

ClassCounts ConfusionMatrix::by_class() const {
  ClassCounts counts(classes_);
  for (int64_t truth = 0; truth < classes_; ++truth)
    for (int64_t answer = 0; answer < classes_; ++answer)
      counts.add(truth, answer, at(truth, answer));
  return counts;
}

void ConfusionMatrix::write_to(statistics::ByteWriter& bytes) const {
  write_counts(counts_, bytes);
}

Status ConfusionMatrix::merge(statistics::ByteReader& bytes) {
  return add_counts(counts_, bytes);
}

}  // namespace howdah::measure
