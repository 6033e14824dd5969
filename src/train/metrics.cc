#include "train/metrics.h"

namespace howdah::train {

Metrics metrics_of(const ConfusionMatrix& answers) {
  const measure::ClassCounts counts = answers.by_class();
  const measure::Ratios macro = counts.ratios(measure::Average::kMacro);
  Metrics metrics;
  metrics.records = counts.records();
  metrics.accuracy = counts.accuracy();
  metrics.precision = macro.precision;
  metrics.recall = macro.recall;
  metrics.f1 = macro.f1;
  return metrics;
}

}  // namespace howdah::train
