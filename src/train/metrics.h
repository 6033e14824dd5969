// What an evaluation says of a classifier.
#pragma once

#include <cstdint>

#include "measure/confusion_matrix.h"

namespace howdah::train {

using measure::ConfusionMatrix;

struct Metrics {
  int64_t records = 0;
  double loss = 0;  // cross-entropy, mean over the records
  double accuracy = 0;
  double precision = 0, recall = 0, f1 = 0;  // macro
};

// All but the loss.
Metrics metrics_of(const ConfusionMatrix& answers);

}  // namespace howdah::train
