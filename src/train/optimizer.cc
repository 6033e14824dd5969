#include "train/optimizer.h"

#include <algorithm>
#include <cmath>

#include "train/optimizer_kernels.h"

namespace howdah::train {
namespace {

using model::OptimizerType;

// A state of the optimizer, the kernel's number for it, and its value before the first step.
struct StateKind {
  const char* name;
  size_t slot = 0;
  float initial = 0;
};

std::vector<StateKind> kinds_of(const model::Optimizer& options) {
  std::vector<StateKind> kinds;
  switch (options.type) {
    case OptimizerType::kSgd:
      if (options.momentum != 0) kinds = {{"momentum_buffer"}};
      break;
    case OptimizerType::kAdam:
    case OptimizerType::kAdamW:
      kinds = {{"exp_avg"}, {"exp_avg_sq", 1}};
      if (options.amsgrad) kinds.push_back({"max_exp_avg_sq", 2});
      break;
    case OptimizerType::kAdagrad:
      kinds = {{"sum", 0, static_cast<float>(options.initial_accumulator)}};
      break;
    case OptimizerType::kAdadelta:
      kinds = {{"square_avg"}, {"acc_delta", 1}};
      break;
    case OptimizerType::kRmsprop:
      kinds = {{"square_avg"}};
      if (options.momentum != 0) kinds.push_back({"momentum_buffer", 1});
      if (options.centered) kinds.push_back({"grad_avg", 2});
      break;
  }
  return kinds;
}

float as_float(double value) {
  return static_cast<float>(value);
}

// What a mean that began at 0 lacks after so many steps.
double correction(double beta, int64_t steps) {
  return 1 - std::pow(beta, static_cast<double>(steps));
}

// correction1, correction2: of beta1 and beta2 at this step.
AdamRule adam_rule(const model::Optimizer& options, double rate, double decay, double correction1,
                   double correction2) {
  const bool decoupled = options.type == OptimizerType::kAdamW;
  AdamRule rule{};
  rule.beta1 = as_float(options.beta1);
  rule.beta2 = as_float(options.beta2);
  rule.new1 = as_float(1 - options.beta1);
  rule.new2 = as_float(1 - options.beta2);
  rule.epsilon = as_float(options.epsilon);
  rule.step_size = as_float(rate / correction1);
  rule.root_correction = as_float(std::sqrt(correction2));
  rule.keep = decoupled ? as_float(1 - rate * decay) : 1.0F;
  return rule;
}

}  // namespace

Optimizer::Optimizer(const model::Optimizer& options, const model::Regularization& regularization,
                     const Layout& layout)
    : options_(options), regularization_(regularization), layout_(layout) {
  for (const Parameter& parameter : layout.parameters) {
    Rule rule{options.weight_decay, 1, parameter.frozen};
    if (const model::ParameterGroup* group = model::group_of(options, parameter.name))
      rule = {group->weight_decay.value_or(options.weight_decay), group->rate,
              group->freeze || parameter.frozen};
    rules_.push_back(rule);
  }
  for (const StateKind& kind : kinds_of(options)) slots_.push_back(kind.slot);
  states_.resize(slots_.size() + (options.average.decay > 0 ? 1 : 0));
  for (auto& state : states_) state.resize(static_cast<size_t>(layout.weights));
  reset();
}

void Optimizer::reset() {
  steps_ = 0;
  for (auto& state : states_) std::fill(state.begin(), state.end(), 0.0F);
  const auto kinds = kinds_of(options_);
  for (size_t i = 0; i < kinds.size(); ++i)
    std::fill(states_[i].begin(), states_[i].end(), kinds[i].initial);
}

std::vector<Optimizer::State> Optimizer::states() {
  std::vector<State> states;
  const auto kinds = kinds_of(options_);
  for (size_t i = 0; i < kinds.size(); ++i) states.push_back({kinds[i].name, states_[i]});
  if (options_.average.decay > 0) states.push_back({"ema", states_.back()});
  return states;
}

std::span<float> Optimizer::average() {
  if (options_.average.decay <= 0 || !options_.average.use || steps_ == 0) return {};
  return states_.back();
}

GradientRule Optimizer::gradient_rule(size_t parameter, double divisor) const {
  GradientRule rule;
  rule.clipped.plain.batch = as_float(divisor);
  double l2 = 0;
  if (layout_.parameters[parameter].regularized) {
    rule.clipped.plain.l1 = as_float(regularization_.l1);
    l2 = regularization_.l2;
  }
  double decay = options_.type == OptimizerType::kAdamW ? 0 : rules_[parameter].weight_decay;
  rule.clips = options_.clip.norm > 0 || options_.clip.value > 0;
  if (!rule.clips) {  // one factor of the weight for both
    l2 += decay;
    decay = 0;
  }
  rule.clipped.plain.l2 = as_float(l2);
  rule.clipped.decay = as_float(decay);
  if (options_.clip.value > 0) rule.clipped.limit = as_float(options_.clip.value);
  return rule;
}

// As torch.nn.utils.clip_grad_norm_.
float Optimizer::clip_scale(std::span<const float> weights, std::span<const float> sums,
                            double divisor) const {
  double squares = 0;
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (rules_[i].frozen) continue;
    const Parameter& parameter = layout_.parameters[i];
    squares +=
        sum_of_squares(gradient_rule(i, divisor).clipped.plain, weights.data() + parameter.offset,
                       sums.data() + parameter.offset, parameter.count);
  }
  return as_float(std::min(1.0, options_.clip.norm / (std::sqrt(squares) + 1e-6)));
}

void Optimizer::apply(std::span<float> weights, std::span<const float> gradient_sum, double divisor,
                      double learning_rate) {
  ++steps_;
  correction1_ = correction(options_.beta1, steps_);
  correction2_ = correction(options_.beta2, steps_);
  const float scale = options_.clip.norm > 0 ? clip_scale(weights, gradient_sum, divisor) : 1.0F;
  for (size_t i = 0; i < rules_.size(); ++i) {
    GradientRule gradient = gradient_rule(i, divisor);
    gradient.clipped.scale = scale;
    if (!rules_[i].frozen) update(i, gradient, weights, gradient_sum, learning_rate);
    if (options_.average.decay > 0) follow(layout_.parameters[i], weights);
  }
}

void Optimizer::update(size_t parameter, const GradientRule& gradient, std::span<float> weights,
                       std::span<const float> sums, double learning_rate) {
  const int64_t offset = layout_.parameters[parameter].offset;
  Elements elements{
      weights.data() + offset, sums.data() + offset, {}, layout_.parameters[parameter].count};
  for (size_t i = 0; i < slots_.size(); ++i)
    elements.states[slots_[i]] = states_[i].data() + offset;

  const double rate = learning_rate * rules_[parameter].rate;
  const auto time = static_cast<double>(steps_);
  const float epsilon = as_float(options_.epsilon), momentum = as_float(options_.momentum);
  switch (options_.type) {
    case OptimizerType::kSgd: {
      const float share = steps_ == 1 ? 1.0F : as_float(1 - options_.dampening);
      return sgd(gradient, {as_float(rate), momentum, share, options_.nesterov}, elements);
    }
    case OptimizerType::kAdam:
    case OptimizerType::kAdamW:
      return adam(
          gradient,
          adam_rule(options_, rate, rules_[parameter].weight_decay, correction1_, correction2_),
          elements);
    case OptimizerType::kAdagrad: {
      const double slowed = rate / (1 + (time - 1) * options_.rate_decay);
      return adagrad(gradient, {as_float(slowed), epsilon}, elements);
    }
    case OptimizerType::kAdadelta:
      return adadelta(gradient,
                      {as_float(rate), as_float(options_.rho), as_float(1 - options_.rho), epsilon},
                      elements);
    case OptimizerType::kRmsprop:
      return rmsprop(gradient,
                     {as_float(rate), as_float(options_.alpha), as_float(1 - options_.alpha),
                      epsilon, momentum},
                     elements);
  }
}

// The average takes its share of a parameter's new weights.
void Optimizer::follow(const Parameter& parameter, std::span<const float> weights) {
  const float* from = weights.data() + parameter.offset;
  float* to = states_.back().data() + parameter.offset;
  if (steps_ == 1) {
    std::copy_n(from, parameter.count, to);
    return;
  }
  double decay = options_.average.decay;
  const auto time = static_cast<double>(steps_);
  if (options_.average.warmup) decay = std::min(decay, (1 + time) / (10 + time));
  average_weights(as_float(1 - decay), from, to, parameter.count);
}

double Optimizer::penalty(std::span<const float> weights) const {
  if (regularization_.l1 == 0 && regularization_.l2 == 0) return 0;
  double absolute = 0, square = 0;
  for (size_t i = 0; i < rules_.size(); ++i) {
    const Parameter& parameter = layout_.parameters[i];
    if (!parameter.regularized || rules_[i].frozen) continue;
    for (const float weight : weights.subspan(static_cast<size_t>(parameter.offset),
                                              static_cast<size_t>(parameter.count))) {
      const double value = weight;
      absolute += std::abs(value);
      square += value * value;
    }
  }
  return regularization_.l1 * absolute + regularization_.l2 / 2 * square;
}

}  // namespace howdah::train
