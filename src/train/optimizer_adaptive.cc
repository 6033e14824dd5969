#include <cmath>

#include "train/optimizer_kernels.h"

namespace howdah::train {
namespace {

template <typename Gradient>
void update(const Gradient& gradient, const AdagradRule& rule, float* __restrict weights,
            const float* __restrict sums, float* __restrict squares, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient(sums[i], weights[i]);
    const float square = squares[i] + g * g;
    squares[i] = square;
    weights[i] -= rule.rate * (g / (std::sqrt(square) + rule.epsilon));
  }
}

template <typename Gradient>
void update(const Gradient& gradient, const AdadeltaRule& rule, float* __restrict weights,
            const float* __restrict sums, float* __restrict squares, float* __restrict deltas,
            int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient(sums[i], weights[i]);
    const float square = rule.rho * squares[i] + rule.fresh * g * g;
    squares[i] = square;
    const float delta = std::sqrt(deltas[i] + rule.epsilon) / std::sqrt(square + rule.epsilon) * g;
    deltas[i] = rule.rho * deltas[i] + rule.fresh * delta * delta;
    weights[i] -= rule.rate * delta;
  }
}

template <bool kMomentum, bool kCentered, typename Gradient>
void update(const Gradient& gradient, const RmspropRule& rule, float* __restrict weights,
            const float* __restrict sums, float* __restrict squares, float* __restrict buffer,
            float* __restrict average, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient(sums[i], weights[i]);
    const float square = rule.alpha * squares[i] + rule.fresh * g * g;
    squares[i] = square;
    float variance = square;
    if constexpr (kCentered) {
      const float mean = rule.alpha * average[i] + rule.fresh * g;
      average[i] = mean;
      // Of a gradient that does not change rounding may leave less than nothing.
      variance = std::max(square - mean * mean, 0.0F);
    }
    float direction = g / (std::sqrt(variance) + rule.epsilon);
    if constexpr (kMomentum) {
      direction += rule.momentum * buffer[i];
      buffer[i] = direction;
    }
    weights[i] -= rule.rate * direction;
  }
}

}  // namespace

void adagrad(const GradientRule& gradient, const AdagradRule& rule, const Elements& elements) {
  const auto& [weights, sums, states, count] = elements;
  gradient.with([&](const auto& g) { update(g, rule, weights, sums, states[0], count); });
}

void adadelta(const GradientRule& gradient, const AdadeltaRule& rule, const Elements& elements) {
  const auto& [weights, sums, states, count] = elements;
  gradient.with(
      [&](const auto& g) { update(g, rule, weights, sums, states[0], states[1], count); });
}

void rmsprop(const GradientRule& gradient, const RmspropRule& rule, const Elements& elements) {
  const auto& [weights, sums, states, count] = elements;
  gradient.with([&](const auto& g) {
    const auto run = [&](auto kernel) {
      kernel(g, rule, weights, sums, states[0], states[1], states[2], count);
    };
    using Gradient = std::decay_t<decltype(g)>;
    const bool momentum = states[1] != nullptr, centered = states[2] != nullptr;
    if (momentum && centered)
      run(update<true, true, Gradient>);
    else if (momentum)
      run(update<true, false, Gradient>);
    else if (centered)
      run(update<false, true, Gradient>);
    else
      run(update<false, false, Gradient>);
  });
}

}  // namespace howdah::train
