#include "train/packed_steps.h"

#include <gtest/gtest.h>

namespace howdah::train {
namespace {

using torch::Tensor;

constexpr int64_t kBatch = 3, kLength = 5, kFeatures = 2;

Tensor lengths_of(const std::vector<int64_t>& lengths) {
  return torch::tensor(lengths, torch::kInt64);
}

// Row by row, as the header says it.
void expect_packed(const Tensor& sequence, const std::vector<int64_t>& lengths) {
  const PackedSteps steps = packed_steps(lengths_of(lengths), kLength);
  const Tensor rows = pack(sequence, steps);
  int64_t row = 0;
  for (int64_t step = 0; step < steps.steps(); ++step)
    for (int64_t i = 0; i < kBatch; ++i) {
      const auto record = steps.order[i].item<int64_t>();
      if (lengths[static_cast<size_t>(record)] <= step) continue;
      EXPECT_TRUE(torch::equal(rows[row++], sequence[record][step]));
    }
  EXPECT_EQ(row, rows.size(0));
  Tensor kept = sequence.clone();
  for (int64_t record = 0; record < kBatch; ++record)
    kept[record]
        .narrow(0, lengths[static_cast<size_t>(record)],
                kLength - lengths[static_cast<size_t>(record)])
        .zero_();
  EXPECT_TRUE(torch::equal(unpack(rows, steps, kLength), kept));
}

Tensor numbered() {
  return torch::arange(kBatch * kLength * kFeatures, torch::kFloat32)
      .view({kBatch, kLength, kFeatures})
      .add(1);
}

TEST(PackedSteps, hold_the_steps_of_all_texts_one_after_the_other) {
  expect_packed(numbered(), {2, 5, 3});
}

TEST(PackedSteps, of_texts_that_are_all_of_full_length_are_the_same) {
  expect_packed(numbered(), {5, 5, 5});
  expect_packed(numbered().transpose(0, 1).contiguous().transpose(0, 1), {5, 5, 5});
}

TEST(PackedSteps, hand_gradients_back_to_where_the_values_stood) {
  for (const std::vector<int64_t>& lengths : {std::vector<int64_t>{2, 5, 3}, {5, 5, 5}}) {
    Tensor sequence = numbered().requires_grad_();
    const PackedSteps steps = packed_steps(lengths_of(lengths), kLength);
    (unpack(pack(sequence, steps), steps, kLength) * numbered()).sum().backward();
    for (int64_t record = 0; record < kBatch; ++record)
      for (int64_t step = 0; step < kLength; ++step) {
        const bool inside = step < lengths[static_cast<size_t>(record)];
        EXPECT_TRUE(torch::equal(sequence.grad()[record][step],
                                 inside ? numbered()[record][step] : torch::zeros({kFeatures})));
      }
  }
}

}  // namespace
}  // namespace howdah::train
