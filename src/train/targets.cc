#include "train/targets.h"

#include <algorithm>
#include <stdexcept>

namespace howdah::train {
namespace {

using model::Task;
using torch::Tensor;

// `length` tokens from `first` on of each record of `width`; what lies beyond it is 0.
Tensor part_of(const int32_t* tokens, int64_t records, int64_t width, int64_t first,
               int64_t length) {
  Tensor part = torch::zeros({records, length}, torch::kInt64);
  int64_t* into = part.mutable_data_ptr<int64_t>();
  const int64_t count = std::min(length, width - first);
  for (int64_t r = 0; r < records; ++r)
    std::copy_n(tokens + r * width + first, count, into + r * length);
  return part;
}

}  // namespace

Tensor targets_of(const dataset::RecordBatch& batch, const model::Training& training,
                  const Tensor& outputs) {
  const int64_t width = training.target_width;
  switch (training.task) {
    case Task::kRegression: {
      Tensor values = torch::empty({batch.records, width});
      std::copy(batch.values.begin(), batch.values.end(), values.mutable_data_ptr<float>());
      return values;
    }
    case Task::kBinaryClassification: {
      Tensor truths = torch::empty({batch.records, 1});
      float* into = truths.mutable_data_ptr<float>();
      for (const int32_t label : batch.labels) {
        if (label != 0 && label != 1)
          throw std::invalid_argument("a binary classification has the classes 0 and 1 only");
        *into++ = static_cast<float>(label);
      }
      return truths;
    }
    case Task::kTagging:
      return part_of(batch.labels.data(), batch.records, width, 0, outputs.size(1));
    case Task::kTranslation:
      return part_of(batch.labels.data(), batch.records, width, 1, outputs.size(1));
    case Task::kLanguageModel:
      return part_of(reinterpret_cast<const int32_t*>(batch.features.data()), batch.records,
                     training.input[0], 1, outputs.size(1));
    default: {
      Tensor labels = torch::empty({batch.records}, torch::kInt64);
      std::copy(batch.labels.begin(), batch.labels.end(), labels.mutable_data_ptr<int64_t>());
      return labels;
    }
  }
}

}  // namespace howdah::train
