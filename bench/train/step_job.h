// The networks whose step time is measured, as the job files of examples/ describe them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/training.h"

namespace howdah::bench {

struct StepJob {
  std::string model;  // small_cnn, resnet20, resnet18, lstm, gru, transformer
  int64_t batch = 64;
  int streams = 1, threads = 1;
  int64_t length = 256, target_length = 64;  // of texts
  int64_t vocabulary = 20000;
  double clip = 0;  // of the gradients' norm
  bool dropout = true;
};

const std::vector<std::string>& step_models();
model::Training training_of(const StepJob& job);

}  // namespace howdah::bench
