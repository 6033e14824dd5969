#include "model/optimizer.h"

#include <fmt/format.h>

#include <algorithm>

namespace howdah::model {
namespace {

constexpr size_t kNamesShown = 12;

std::string shown(std::span<const std::string> names) {
  const auto first = names.first(std::min(names.size(), kNamesShown));
  return fmt::format(
      "the parameters are {}{}", fmt::join(first, ", "),
      names.size() > kNamesShown ? fmt::format(" and {} more", names.size() - kNamesShown) : "");
}

}  // namespace

const std::vector<std::string>& optimizer_words() {
  static const std::vector<std::string> words = {"sgd",     "adam",     "adamw",
                                                 "adagrad", "adadelta", "rmsprop"};
  return words;
}

Optimizer default_optimizer(OptimizerType type) {
  Optimizer optimizer;
  optimizer.type = type;
  if (type == OptimizerType::kAdamW) optimizer.weight_decay = 0.01;
  if (type == OptimizerType::kAdagrad) optimizer.epsilon = 1e-10;
  if (type == OptimizerType::kAdadelta) optimizer.epsilon = 1e-6;
  return optimizer;
}

double default_learning_rate(OptimizerType type) {
  switch (type) {
    case OptimizerType::kAdam:
    case OptimizerType::kAdamW:
      return 0.001;
    case OptimizerType::kAdadelta:
      return 1;
    case OptimizerType::kSgd:
    case OptimizerType::kAdagrad:
    case OptimizerType::kRmsprop:
      break;
  }
  return 0.01;
}

// Only the last '*' can need another try, so the time is at most the product of the lengths.
bool matches(std::string_view pattern, std::string_view name) {
  size_t at = 0, star = std::string_view::npos, resume = 0;
  for (size_t i = 0; i < name.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = i;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == name[i])) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

const ParameterGroup* group_of(const Optimizer& optimizer, std::string_view name) {
  for (const ParameterGroup& group : optimizer.groups)
    if (matches(group.match, name)) return &group;
  return nullptr;
}

Status check_groups(const Optimizer& optimizer, std::span<const std::string> names) {
  for (const ParameterGroup& group : optimizer.groups) {
    const auto holds = [&](const std::string& name) { return group_of(optimizer, name) == &group; };
    if (std::any_of(names.begin(), names.end(), holds)) continue;
    const auto fits = [&](const std::string& name) { return matches(group.match, name); };
    if (std::any_of(names.begin(), names.end(), fits))
      return Status(Code::kInvalidArgument,
                    fmt::format("a group before it takes every parameter that '{}' matches",
                                group.match))
          .with_peer(group.where)
          .with_advice("the first group that matches holds: put the narrower one first");
    return Status(Code::kInvalidArgument,
                  fmt::format("'{}' matches no parameter of the network", group.match))
        .with_peer(group.where)
        .with_advice(shown(names));
  }
  const auto frozen = [&](const std::string& name) {
    const ParameterGroup* group = group_of(optimizer, name);
    return group != nullptr && group->freeze;
  };
  if (!names.empty() && std::all_of(names.begin(), names.end(), frozen))
    return Status(Code::kInvalidArgument, "'optimizer.groups' freezes every parameter")
        .with_peer(optimizer.groups.front().where)
        .with_advice("leave at least one to be trained");
  return Status::ok();
}

}  // namespace howdah::model
