// What to optimize and how, as plain values with the job file's names and units.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/layers.h"
#include "model/optimizer.h"
#include "model/schedule.h"

namespace howdah::model {

struct Regularization {
  double l1 = 0;  // added to the loss: l1 * sum |w| over weights (not biases)
  double l2 = 0;  // added to the loss: l2 / 2 * sum w^2, over weights (not biases)
};

struct Normalization {  // (value / 255 - mean) / stddev, a channel; empty: value / 255 only
  std::vector<double> mean, stddev;  // of values in [0, 1]
};

struct Training {
  std::vector<Layer> layers;
  Shape input;
  int64_t classes = 0;
  Optimizer optimizer;
  Schedule schedule;
  Regularization regularization;
  Normalization normalization;
  int64_t epochs = 1;
  int64_t batch = 128;  // global
  uint64_t seed = 1;
  int streams = 1;
  int threads = 1;  // of each worker: a fixed property of the job, the result depends on it
};

}  // namespace howdah::model
