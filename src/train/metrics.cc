#include "train/metrics.h"

namespace howdah::train {
namespace {

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(int64_t classes)
    : classes_(classes), counts_(static_cast<size_t>(classes * classes)) {}

Metrics ConfusionMatrix::metrics() const {
  Metrics metrics;
  int64_t correct = 0, occurring = 0;
  for (int64_t c = 0; c < classes_; ++c) {
    int64_t truths = 0, answers = 0;
    for (int64_t other = 0; other < classes_; ++other) {
      truths += at(c, other);
      answers += at(other, c);
    }
    metrics.records += truths;
    correct += at(c, c);
    if (truths + answers == 0) continue;
    ++occurring;
    metrics.precision += ratio(at(c, c), answers);
    metrics.recall += ratio(at(c, c), truths);
    metrics.f1 += ratio(2 * at(c, c), truths + answers);
  }
  metrics.accuracy = ratio(correct, metrics.records);
  if (occurring > 0) {
    const auto classes = static_cast<double>(occurring);
    metrics.precision /= classes;
    metrics.recall /= classes;
    metrics.f1 /= classes;
  }
  return metrics;
}

}  // namespace howdah::train
