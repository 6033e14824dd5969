#include "train/inputs.h"

#include <algorithm>
#include <cstring>

namespace howdah::train {
namespace {

// The first `count` tokens of each record of `width`.
std::vector<int32_t> heads(const int32_t* tokens, int64_t records, int64_t width, int64_t count) {
  std::vector<int32_t> heads(static_cast<size_t>(records * count));
  for (int64_t r = 0; r < records; ++r)
    std::copy_n(tokens + r * width, count, heads.begin() + r * count);
  return heads;
}

}  // namespace

Flow tokens_of(const int32_t* tokens, int64_t records, int64_t width) {
  Flow flow;
  flow.lengths = torch::ones({records}, torch::kInt64);
  int64_t* lengths = flow.lengths.mutable_data_ptr<int64_t>();
  int64_t longest = 1;
  for (int64_t r = 0; r < records; ++r) {
    for (int64_t length = width; length > 1; --length)
      if (tokens[r * width + length - 1] != 0) {
        lengths[r] = length;
        break;
      }
    longest = std::max(longest, lengths[r]);
  }
  flow.x = torch::empty({records, longest}, torch::kInt64);
  int64_t* into = flow.x.mutable_data_ptr<int64_t>();
  for (int64_t r = 0; r < records; ++r) into = std::copy_n(tokens + r * width, longest, into);
  return flow;
}

Flow input_of(const dataset::RecordBatch& batch, const model::Training& training,
              const Normalizer& normalizer, Augmenter* augmenter, uint64_t seed, Mixing* mixing) {
  if (training.input_form == model::Form::kTokens) {
    const auto* tokens = reinterpret_cast<const int32_t*>(batch.features.data());
    const int64_t width = training.input[0];
    if (training.task != model::Task::kLanguageModel)
      return tokens_of(tokens, batch.records, width);
    return tokens_of(heads(tokens, batch.records, width, width - 1).data(), batch.records,
                     width - 1);
  }
  std::vector<int64_t> sizes{batch.records};
  sizes.insert(sizes.end(), training.input.begin(), training.input.end());
  Flow flow{torch::empty(sizes), {}};
  float* values = flow.x.mutable_data_ptr<float>();
  if (augmenter == nullptr) {
    normalizer.apply(batch.features, values);
    return flow;
  }
  augmenter->apply(batch.features, batch.records, seed, normalizer, values);
  if (training.augmentation.mixup > 0) {
    *mixing = augmenter->draw_mixing(batch.records, seed);
    augmenter->mix(*mixing, values, flow.x.numel() / batch.records);
  }
  return flow;
}

Flow decoder_input_of(const dataset::RecordBatch& batch, const model::Training& training) {
  const int64_t width = training.target_width;
  return tokens_of(heads(batch.labels.data(), batch.records, width, width - 1).data(),
                   batch.records, width - 1);
}

}  // namespace howdah::train
