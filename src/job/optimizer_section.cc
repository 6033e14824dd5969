#include "job/optimizer_section.h"

#include <fmt/format.h>

#include "job/yaml_text.h"

namespace howdah::job {
namespace {

using model::OptimizerType;

// From 0 up to but without 1: what an average keeps.
double read_share(YamlSection& keys, const std::string& key, double fallback) {
  const double share = keys.number(key, fallback, 0, 1);
  if (const YamlValue* found = keys.any(key); found && share >= 1)
    keys.refuse(*found, "'optimizer." + key + "' must be below 1, not " + found->scalar);
  return share;
}

void read_sgd(YamlSection& keys, model::Optimizer& optimizer) {
  optimizer.momentum = keys.number("momentum", 0, 0, 1);
  optimizer.dampening = keys.number("dampening", 0, 0, 1);
  optimizer.nesterov = keys.flag("nesterov", false);
  if (optimizer.nesterov && (optimizer.momentum == 0 || optimizer.dampening != 0))
    keys.refuse(*keys.any("nesterov"),
                "'optimizer.nesterov' needs a momentum above 0 and no dampening",
                "set 'momentum: 0.9'");
  if (optimizer.dampening != 0 && optimizer.momentum == 0)
    keys.refuse(*keys.any("dampening"), "'optimizer.dampening' does nothing without a momentum",
                "set 'momentum: 0.9', or leave it out");
}

void read_constants(YamlSection& keys, model::Optimizer& optimizer) {
  if (optimizer.type != OptimizerType::kSgd)
    optimizer.epsilon = keys.number("epsilon", optimizer.epsilon, 0, 1);
  switch (optimizer.type) {
    case OptimizerType::kSgd:
      read_sgd(keys, optimizer);
      break;
    case OptimizerType::kAdam:
    case OptimizerType::kAdamW:
      optimizer.beta1 = read_share(keys, "beta1", optimizer.beta1);
      optimizer.beta2 = read_share(keys, "beta2", optimizer.beta2);
      optimizer.amsgrad = keys.flag("amsgrad", false);
      break;
    case OptimizerType::kAdagrad:
      optimizer.rate_decay = keys.number("lr_decay", 0, 0, 1e6);
      optimizer.initial_accumulator = keys.number("initial_accumulator", 0, 0, 1e6);
      break;
    case OptimizerType::kAdadelta:
      optimizer.rho = read_share(keys, "rho", optimizer.rho);
      break;
    case OptimizerType::kRmsprop:
      optimizer.alpha = read_share(keys, "alpha", optimizer.alpha);
      optimizer.momentum = keys.number("momentum", 0, 0, 1);
      optimizer.centered = keys.flag("centered", false);
      break;
  }
  optimizer.weight_decay = keys.number("weight_decay", optimizer.weight_decay, 0, 1e6);
}

bool good_pattern(const std::string& pattern) {
  return !pattern.empty() && pattern.size() <= 200 &&
         pattern.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*?") ==
             std::string::npos;
}

model::ParameterGroup read_group(const YamlValue& entry, Status& error) {
  model::ParameterGroup group;
  YamlSection keys(&entry, "optimizer.groups", error, entry.place);
  group.where = entry.place.to_string();
  group.match = keys.required_text("match");
  if (error.is_ok() && !good_pattern(group.match))
    keys.refuse(*keys.any("match"),
                "'optimizer.groups.match' must be letters, digits, '-', '_', '.', '*' and '?', 200"
                " at most");
  if (keys.any("weight_decay")) group.weight_decay = keys.number("weight_decay", 0, 0, 1e6);
  group.rate = keys.number("rate", 1, 0, 1e6);
  group.freeze = keys.flag("freeze", false);
  group.freeze_statistics = keys.flag("freeze_statistics", false);
  keys.finish();
  return group;
}

// A number that was given and must be above 0; 0 where it was not.
double read_positive(YamlSection& keys, const std::string& path, const std::string& key) {
  const double number = keys.number(key, 0, 0, 1e9);
  if (const YamlValue* found = keys.any(key); found && number <= 0)
    keys.refuse(*found, "'" + path + "." + key + "' must be above 0", "leave it out");
  return number;
}

void read_clip(YamlSection keys, model::Clip& clip) {
  clip.norm = read_positive(keys, "optimizer.clip", "norm");
  clip.value = read_positive(keys, "optimizer.clip", "value");
  if (clip.norm > 0 && clip.value > 0)
    keys.refuse(*keys.any("value"), "'optimizer.clip' is by 'norm' or by 'value', not by both",
                "leave one out");
  keys.finish();
}

void read_average(YamlSection keys, model::WeightAverage& average) {
  if (!keys.present()) return;
  average.decay = keys.number("decay", 0.999, 0, 1);
  if (const YamlValue* found = keys.any("decay");
      found && (average.decay <= 0 || average.decay >= 1))
    keys.refuse(*found, "'optimizer.ema.decay' must be above 0 and below 1",
                "0.999 is usual, and no 'ema' for none");
  average.warmup = keys.flag("warmup", false);
  average.use = keys.flag("use", true);
  keys.finish();
}

std::string groups_text(const std::vector<model::ParameterGroup>& groups) {
  std::string text;
  for (const model::ParameterGroup& group : groups) {
    text += fmt::format("{}{{match: {}", text.empty() ? "" : ", ", quoted(group.match));
    if (group.weight_decay) text += fmt::format(", weight_decay: {}", *group.weight_decay);
    text += fmt::format(", rate: {}, freeze: {}", group.rate, group.freeze);
    text += group.freeze_statistics ? ", freeze_statistics: true}" : "}";
  }
  return text;
}

std::string constants_text(const model::Optimizer& optimizer) {
  switch (optimizer.type) {
    case OptimizerType::kSgd:
      return fmt::format("momentum: {}, dampening: {}, nesterov: {}", optimizer.momentum,
                         optimizer.dampening, optimizer.nesterov);
    case OptimizerType::kAdam:
    case OptimizerType::kAdamW:
      return fmt::format("beta1: {}, beta2: {}, epsilon: {}, amsgrad: {}", optimizer.beta1,
                         optimizer.beta2, optimizer.epsilon, optimizer.amsgrad);
    case OptimizerType::kAdagrad:
      return fmt::format("lr_decay: {}, initial_accumulator: {}, epsilon: {}", optimizer.rate_decay,
                         optimizer.initial_accumulator, optimizer.epsilon);
    case OptimizerType::kAdadelta:
      return fmt::format("rho: {}, epsilon: {}", optimizer.rho, optimizer.epsilon);
    case OptimizerType::kRmsprop:
      return fmt::format("alpha: {}, momentum: {}, centered: {}, epsilon: {}", optimizer.alpha,
                         optimizer.momentum, optimizer.centered, optimizer.epsilon);
  }
  return {};
}

}  // namespace

void read_optimizer(YamlSection& root, model::Training& training, Status& error) {
  YamlSection keys = root.section("optimizer");
  model::Optimizer& optimizer = training.optimizer;
  const size_t type = keys.choice("type", model::optimizer_words(), 0);
  optimizer = model::default_optimizer(static_cast<OptimizerType>(type));
  read_constants(keys, optimizer);
  if (const YamlValue* groups = keys.list("groups"))
    for (const YamlValue& entry : groups->list)
      optimizer.groups.push_back(read_group(entry, error));
  read_clip(keys.section("clip"), optimizer.clip);
  read_average(keys.section("ema"), optimizer.average);
  keys.finish();

  YamlSection regularization = root.section("regularization");
  training.regularization.l1 = regularization.number("l1", 0, 0, 1e6);
  training.regularization.l2 = regularization.number("l2", 0, 0, 1e6);
  regularization.finish();
}

std::string optimizer_to_yaml(const model::Optimizer& optimizer) {
  std::string text = fmt::format("{{type: {}, {}, weight_decay: {}",
                                 model::optimizer_words()[static_cast<size_t>(optimizer.type)],
                                 constants_text(optimizer), optimizer.weight_decay);
  if (!optimizer.groups.empty())
    text += fmt::format(", groups: [{}]", groups_text(optimizer.groups));
  if (optimizer.clip.norm > 0) text += fmt::format(", clip: {{norm: {}}}", optimizer.clip.norm);
  if (optimizer.clip.value > 0) text += fmt::format(", clip: {{value: {}}}", optimizer.clip.value);
  if (optimizer.average.decay > 0)
    text += fmt::format(", ema: {{decay: {}, warmup: {}, use: {}}}", optimizer.average.decay,
                        optimizer.average.warmup, optimizer.average.use);
  return text + "}";
}

std::string regularization_to_yaml(const model::Regularization& regularization) {
  return fmt::format("{{l1: {}, l2: {}}}", regularization.l1, regularization.l2);
}

}  // namespace howdah::job
