// The `train:` of a job file.
#pragma once

#include <string>

#include "job/yaml_section.h"
#include "model/training.h"

namespace howdah::job {

inline constexpr int64_t kMostStreams = 4096, kLargestBatch = 1 << 24;

void read_train(YamlSection keys, model::Training& training);
// So many batches make one step: a batch as many times as large, dealt to as many times the
// streams, so that what is computed at once stays as small. After the streams are known.
void accumulate(YamlSection train, model::Training& training);
// As a YAML flow map, `accumulate` carried out.
std::string train_to_yaml(const model::Training& training);

}  // namespace howdah::job
