// The gradient of one element as an optimizer sees it: the mean over the batch, with what the
// regularization, clipping and a coupled weight decay make of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace howdah::train {

struct PlainGradient {
  float batch = 1, l1 = 0, l2 = 0;
  float operator()(float sum, float weight) const {
    const auto sign = static_cast<float>((weight > 0) - (weight < 0));
    return sum / batch + l1 * sign + l2 * weight;
  }
};

// Clipping is of the loss and its penalty; weight decay comes after it, as in PyTorch. What is not
// a number stays none.
struct ClippedGradient {
  PlainGradient plain;
  float scale = 1, limit = std::numeric_limits<float>::infinity(), decay = 0;
  float operator()(float sum, float weight) const {
    const float scaled = scale * plain(sum, weight);
    return std::min(std::max(scaled, -limit), limit) + decay * weight;
  }
};

struct GradientRule {
  ClippedGradient clipped;
  bool clips = false;  // else `clipped.plain` is all, and its l2 holds the weight decay

  // Calls kernel(gradient) with the cheapest gradient that does it.
  template <typename Kernel>
  void with(const Kernel& kernel) const {
    if (clips)
      kernel(clipped);
    else
      kernel(clipped.plain);
  }
};

// The sum of squares of the gradients before clipping, in double precision and in one fixed order:
// eight partial sums, element i into i % 8, then these from first to last.
double sum_of_squares(const PlainGradient& gradient, const float* weights, const float* sums,
                      int64_t count);

}  // namespace howdah::train
