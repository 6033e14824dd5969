// What goes into the networks of test_models.h: as a dataset's records have it, and as an exported
// network takes it. With libtorch's headers.
#pragma once

#include <torch/torch.h>

#include <cstring>
#include <vector>

#include "exporting/test_models.h"

namespace howdah::exporting {

struct Sample {
  std::vector<std::byte> records;
  std::vector<int32_t> targets;       // of a translation
  std::vector<torch::Tensor> inputs;  // as signature.h says
  torch::Tensor counted;              // bool [batch, length]: no padding; undefined of values
};

// int32 [records, width]: texts of 1 to `width` tokens, the first with all of them; `begun`: by 2.
inline torch::Tensor random_texts(int64_t records, int64_t width, int64_t vocabulary, bool begun,
                                  dataset::SplitMix64& random) {
  torch::Tensor texts = torch::zeros({records, width}, torch::kInt32);
  auto* tokens = texts.mutable_data_ptr<int32_t>();
  for (int64_t r = 0; r < records; ++r) {
    const int64_t less =
        r == 0 ? 0 : static_cast<int64_t>(random.below(static_cast<uint64_t>(width)));
    for (int64_t i = 0; i < width - less; ++i)
      tokens[r * width + i] =
          begun && i == 0
              ? 2
              : 1 + static_cast<int32_t>(random.below(static_cast<uint64_t>(vocabulary - 1)));
  }
  return texts;
}

inline torch::Tensor random_values(const TrainedModel& model, int64_t records,
                                   dataset::SplitMix64& random) {
  std::vector<int64_t> sizes{records};
  sizes.insert(sizes.end(), model.training.input.begin(), model.training.input.end());
  torch::Tensor values = torch::empty(sizes, torch::kUInt8);
  auto* each = values.mutable_data_ptr<uint8_t>();
  const bool pixels = model.element == dataset::ElementType::kUint8;
  for (int64_t i = 0; i < values.numel(); ++i)
    each[i] = static_cast<uint8_t>(random.below(pixels ? 256 : 10));
  return pixels ? values : values.to(torch::kFloat32) - 1;  // codes, some of them unknown
}

inline Sample sample_of(const TrainedModel& model, int64_t records) {
  const model::Training& training = model.training;
  dataset::SplitMix64 random(3);
  Sample sample;
  const bool texts = training.input_form == model::Form::kTokens;
  const torch::Tensor own =
      texts ? random_texts(records, training.input[0], training.vocabulary, false, random)
            : random_values(model, records, random);
  const auto* bytes = static_cast<const std::byte*>(own.const_data_ptr());
  sample.records.assign(bytes, bytes + own.nbytes());
  sample.inputs.push_back(own);
  if (!texts) return sample;
  sample.inputs[0] = own.narrow(1, 0, model.shapes[0].input[0]).to(torch::kInt64);
  if (!training.decoder.empty()) {
    const int64_t width = training.target_width;
    const torch::Tensor target = random_texts(records, width, training.classes, true, random);
    const auto* tokens = target.const_data_ptr<int32_t>();
    sample.targets.assign(tokens, tokens + target.numel());
    sample.inputs.push_back(target.narrow(1, 0, width - 1).to(torch::kInt64));
  }
  sample.counted = sample.inputs.back().ne(0);
  return sample;
}

}  // namespace howdah::exporting
