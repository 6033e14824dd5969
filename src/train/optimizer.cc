#include "train/optimizer.h"

#include <algorithm>
#include <cmath>

namespace howdah::train {
namespace {

// The mean gradient of one element, with what the regularization and a coupled weight decay add.
struct GradientRule {
  float batch = 1, l1 = 0, l2 = 0;
  float operator()(float sum, float weight) const {
    const auto sign = static_cast<float>((weight > 0) - (weight < 0));
    return sum / batch + l1 * sign + l2 * weight;
  }
};

struct SgdRule {
  float rate, momentum;
  bool nesterov;
};

void sgd(const GradientRule& gradient, float rate, float* __restrict weights,
         const float* __restrict sums, int64_t count) {
  for (int64_t i = 0; i < count; ++i) weights[i] -= rate * gradient(sums[i], weights[i]);
}

// Sutskever et al., 2013, as PyTorch writes it: the rate is outside the buffer.
void sgd_momentum(const GradientRule& gradient, const SgdRule& rule, float* __restrict weights,
                  const float* __restrict sums, float* __restrict buffer, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient(sums[i], weights[i]);
    const float moved = rule.momentum * buffer[i] + g;
    buffer[i] = moved;
    const float direction = rule.nesterov ? g + rule.momentum * moved : moved;
    weights[i] -= rule.rate * direction;
  }
}

// Kingma and Ba, 2015; decoupled decay: Loshchilov and Hutter, 2019.
struct AdamRule {
  float beta1, beta2, epsilon;
  float new1, new2;       // 1 - beta, rounded once
  float step_size;        // rate / (1 - beta1^t)
  float root_correction;  // sqrt(1 - beta2^t)
  float keep;             // 1 - rate * decoupled weight decay
};

void adam(const GradientRule& gradient, const AdamRule& rule, float* __restrict weights,
          const float* __restrict sums, float* __restrict average, float* __restrict square,
          int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient(sums[i], weights[i]);
    const float first = rule.beta1 * average[i] + rule.new1 * g;
    const float second = rule.beta2 * square[i] + rule.new2 * g * g;
    average[i] = first;
    square[i] = second;
    const float denominator = std::sqrt(second) / rule.root_correction + rule.epsilon;
    weights[i] = weights[i] * rule.keep - rule.step_size * (first / denominator);
  }
}

}  // namespace

Optimizer::Optimizer(const model::Optimizer& options, const model::Regularization& regularization,
                     const Layout& layout)
    : options_(options), regularization_(regularization), layout_(layout) {
  const auto count = static_cast<size_t>(layout.weights);
  if (options.type != model::OptimizerType::kSgd) {
    first_.resize(count);
    second_.resize(count);
  } else if (options.momentum != 0) {
    first_.resize(count);
  }
}

void Optimizer::apply(std::span<float> weights, std::span<const float> gradient_sum, int64_t batch,
                      double learning_rate) {
  ++steps_;
  const bool decoupled = options_.type == model::OptimizerType::kAdamW;
  const auto rate = static_cast<float>(learning_rate);
  const auto time = static_cast<double>(steps_);
  AdamRule rule{};
  rule.beta1 = static_cast<float>(options_.beta1);
  rule.beta2 = static_cast<float>(options_.beta2);
  rule.new1 = static_cast<float>(1 - options_.beta1);
  rule.new2 = static_cast<float>(1 - options_.beta2);
  rule.epsilon = static_cast<float>(options_.epsilon);
  rule.step_size = static_cast<float>(learning_rate / (1 - std::pow(options_.beta1, time)));
  rule.root_correction = static_cast<float>(std::sqrt(1 - std::pow(options_.beta2, time)));
  rule.keep = decoupled ? static_cast<float>(1 - learning_rate * options_.weight_decay) : 1.0F;

  for (const Parameter& parameter : layout_.parameters) {
    GradientRule gradient;
    gradient.batch = static_cast<float>(batch);
    double l2 = decoupled ? 0 : options_.weight_decay;
    if (parameter.regularized) {
      gradient.l1 = static_cast<float>(regularization_.l1);
      l2 += regularization_.l2;
    }
    gradient.l2 = static_cast<float>(l2);
    const int64_t at = parameter.offset, count = parameter.count;
    float* to = weights.data() + at;
    const float* sums = gradient_sum.data() + at;
    if (options_.type != model::OptimizerType::kSgd)
      adam(gradient, rule, to, sums, first_.data() + at, second_.data() + at, count);
    else if (options_.momentum != 0)
      sgd_momentum(gradient, {rate, static_cast<float>(options_.momentum), options_.nesterov}, to,
                   sums, first_.data() + at, count);
    else
      sgd(gradient, rate, to, sums, count);
  }
}

double Optimizer::penalty(std::span<const float> weights) const {
  if (regularization_.l1 == 0 && regularization_.l2 == 0) return 0;
  double absolute = 0, square = 0;
  for (const Parameter& parameter : layout_.parameters) {
    if (!parameter.regularized) continue;
    for (const float weight : weights.subspan(static_cast<size_t>(parameter.offset),
                                              static_cast<size_t>(parameter.count))) {
      const double value = weight;
      absolute += std::abs(value);
      square += value * value;
    }
  }
  return regularization_.l1 * absolute + regularization_.l2 / 2 * square;
}

std::vector<Optimizer::State> Optimizer::states() {
  if (options_.type != model::OptimizerType::kSgd)
    return {{"exp_avg", first_}, {"exp_avg_sq", second_}};
  if (options_.momentum != 0) return {{"momentum_buffer", first_}};
  return {};
}

void Optimizer::reset() {
  steps_ = 0;
  std::fill(first_.begin(), first_.end(), 0.0F);
  std::fill(second_.begin(), second_.end(), 0.0F);
}

}  // namespace howdah::train
