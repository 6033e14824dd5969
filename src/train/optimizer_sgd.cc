#include "train/optimizer_kernels.h"

namespace howdah::train {
namespace {

template <typename Gradient>
void plain(const Gradient& gradient, float rate, float* __restrict weights,
           const float* __restrict sums, int64_t count) {
  for (int64_t i = 0; i < count; ++i) weights[i] -= rate * gradient(sums[i], weights[i]);
}

enum class Momentum { kPlain, kDampened, kNesterov };

template <Momentum kMomentum, typename Gradient>
void with_momentum(const Gradient& gradient, const SgdRule& rule, float* __restrict weights,
                   const float* __restrict sums, float* __restrict buffer, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient(sums[i], weights[i]);
    const float share = kMomentum == Momentum::kDampened ? rule.share * g : g;
    const float moved = rule.momentum * buffer[i] + share;
    buffer[i] = moved;
    const float direction = kMomentum == Momentum::kNesterov ? g + rule.momentum * moved : moved;
    weights[i] -= rule.rate * direction;
  }
}

}  // namespace

void sgd(const GradientRule& gradient, const SgdRule& rule, const Elements& elements) {
  const auto& [weights, sums, states, count] = elements;
  gradient.with([&](const auto& g) {
    if (states[0] == nullptr)
      plain(g, rule.rate, weights, sums, count);
    else if (rule.nesterov)
      with_momentum<Momentum::kNesterov>(g, rule, weights, sums, states[0], count);
    else if (rule.share != 1)
      with_momentum<Momentum::kDampened>(g, rule, weights, sums, states[0], count);
    else
      with_momentum<Momentum::kPlain>(g, rule, weights, sums, states[0], count);
  });
}

void average_weights(float share, const float* __restrict weights, float* __restrict average,
                     int64_t count) {
  for (int64_t i = 0; i < count; ++i) average[i] += share * (weights[i] - average[i]);
}

}  // namespace howdah::train
