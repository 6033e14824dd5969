// The `data:` of a job file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dataset/plan.h"
#include "dataset/range_cache.h"
#include "dataset/request.h"
#include "job/yaml_section.h"
#include "model/training.h"

namespace howdah::job {

struct DataSpec {
  std::string source;  // URI of raw files, or of a prepared dataset; of `prepare:` when not given
  std::string index;   // URI of the indexed dataset; empty: made from the source under home
  std::optional<int64_t> classes;  // the labels' number; from the data when not given
  dataset::Split split;      // all for training, where the dataset has a validation part of its own
  bool standardize = false;  // preprocess: normalize with method standard
  // Of a worker: what it has read stays at hand for the next epochs. `folder` is not said here.
  dataset::CacheBudget cache = {.memory_bytes = 64 << 20};
  dataset::Request request;  // text, target, features, tokens: what the records are to hold
};

// Keys that do not go with training.task are refused. `prepared`: the same file's preparation is
// the source, unless another is named. Also sets training.augmentation and
// training.bucketing.
DataSpec read_data(YamlSection keys, bool prepared, model::Training& training);
// The whole section; read_data reads it back to the same.
std::string data_to_yaml(const DataSpec& data, const model::Training& training);

}  // namespace howdah::job
