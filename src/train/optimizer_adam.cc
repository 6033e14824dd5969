#include <cmath>

#include "train/optimizer_kernels.h"

namespace howdah::train {
namespace {

template <bool kAmsgrad, typename Gradient>
void update(const Gradient& gradient, const AdamRule& rule, float* __restrict weights,
            const float* __restrict sums, float* __restrict average, float* __restrict square,
            float* __restrict largest, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient(sums[i], weights[i]);
    const float first = rule.beta1 * average[i] + rule.new1 * g;
    float second = rule.beta2 * square[i] + rule.new2 * g * g;
    average[i] = first;
    square[i] = second;
    if constexpr (kAmsgrad) {
      second = std::max(second, largest[i]);
      largest[i] = second;
    }
    const float denominator = std::sqrt(second) / rule.root_correction + rule.epsilon;
    weights[i] = weights[i] * rule.keep - rule.step_size * (first / denominator);
  }
}

}  // namespace

void adam(const GradientRule& gradient, const AdamRule& rule, const Elements& elements) {
  const auto& [weights, sums, states, count] = elements;
  gradient.with([&](const auto& g) {
    if (states[2] == nullptr)
      update<false>(g, rule, weights, sums, states[0], states[1], nullptr, count);
    else
      update<true>(g, rule, weights, sums, states[0], states[1], states[2], count);
  });
}

}  // namespace howdah::train
