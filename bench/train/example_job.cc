#include "bench/train/example_job.h"

namespace howdah::bench {

model::Training example_job(const dataset::Index& index, int streams, int64_t epochs) {
  using model::LayerType;
  model::Training job;
  job.layers = {
      {.type = LayerType::kConv2d, .units = 32, .kernel = 3, .padding = model::Layer::kSame},
      {.type = LayerType::kRelu},
      {.type = LayerType::kMaxPool2d, .kernel = 2, .stride = 2},
      {.type = LayerType::kConv2d, .units = 64, .kernel = 3, .padding = model::Layer::kSame},
      {.type = LayerType::kRelu},
      {.type = LayerType::kMaxPool2d, .kernel = 2, .stride = 2},
      {.type = LayerType::kFlatten},
      {.type = LayerType::kDense, .units = 128},
      {.type = LayerType::kRelu},
      {.type = LayerType::kDropout, .rate = 0.25},
      {.type = LayerType::kDense, .units = 10}};
  job.input = index.shape;
  job.classes = index.classes;
  job.optimizer.type = model::OptimizerType::kAdam;
  job.schedule.initial = 1e-3;
  for (const double mean : index.mean) job.normalization.mean.push_back(mean / 255);
  for (const double stddev : index.stddev) job.normalization.stddev.push_back(stddev / 255);
  job.batch = 128;
  job.epochs = epochs;
  job.streams = streams;
  return job;
}

}  // namespace howdah::bench
