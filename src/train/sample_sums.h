// What is summed over the records of a step beside the gradients, in the tail of a gradient buffer.
#pragma once

#include <cstdint>
#include <span>

namespace howdah::train {

struct SampleSums {
  double loss = 0;
  // What the loss and the gradients are divided by: how many were counted (records, tokens,
  // values), or the sum of their weights.
  double divisor = 0;
  int64_t correct = 0;  // answers that are the truth; 0 of a regression
  int64_t answers = 0;  // that can be right or wrong; 0 of a regression

  // 0 where nothing was counted.
  double mean_loss() const { return divisor > 0 ? loss / divisor : loss; }

  // As floats that add up. Counts are exact up to 2^24 · 4096 in all, over 4096 streams: they are
  // cut in two. A divisor that is no integer, and the loss, are rounded to 24 bits.
  static constexpr int64_t kFloats = 7;
  void add_to(std::span<float> tail) const;
  static SampleSums of(std::span<const float> tail);
};

}  // namespace howdah::train
