// What the optimizers make of a small network's weights, beside what PyTorch and the papers'
// formulas make of them: figures.json.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "conformance/figures.h"
#include "train/optimizer.h"

namespace howdah::train {
namespace {

using json = nlohmann::ordered_json;

const json& case_named(const std::string& name) {
  for (const json& one : figures()["cases"])
    if (one["name"] == name) return one;
  ADD_FAILURE() << "no figures of " << name;
  static const json none;
  return none;
}

// As make_figures.py: in [-1, 1), a multiple of 1/1024.
double hashed(std::initializer_list<int64_t> numbers) {
  uint64_t value = 0;
  for (const int64_t number : numbers) {
    value = (value * 1103515245 + static_cast<uint64_t>(number) + 12345) % (1U << 31);
    value = (value ^ (value >> 15)) * 73244475 % (1U << 31);
  }
  return (static_cast<double>(value % 2048) - 1024) / 1024;
}

Layout layout() {
  Layout layout;
  for (const json& entry : figures()["parameters"]) {
    Parameter parameter;
    parameter.name = entry[0].get<std::string>();
    parameter.shape = entry[1].get<model::Shape>();
    parameter.count = 1;
    for (const int64_t extent : parameter.shape) parameter.count *= extent;
    parameter.regularized = parameter.shape.size() > 1;
    parameter.offset = layout.weights;
    layout.weights += (parameter.count + kAlignment - 1) / kAlignment * kAlignment;
    layout.parameters.push_back(parameter);
  }
  return layout;
}

model::Optimizer options_of(const json& asked) {
  const auto& words = model::optimizer_words();
  const auto type = std::find(words.begin(), words.end(), asked["type"].get<std::string>());
  model::Optimizer options =
      model::default_optimizer(static_cast<model::OptimizerType>(type - words.begin()));
  options.weight_decay = 0;
  const auto number = [&](const char* key, double& to) { to = asked.value(key, to); };
  number("momentum", options.momentum);
  number("dampening", options.dampening);
  number("beta1", options.beta1);
  number("beta2", options.beta2);
  number("epsilon", options.epsilon);
  number("lr_decay", options.rate_decay);
  number("initial_accumulator", options.initial_accumulator);
  number("rho", options.rho);
  number("alpha", options.alpha);
  number("weight_decay", options.weight_decay);
  options.nesterov = asked.value("nesterov", false);
  options.amsgrad = asked.value("amsgrad", false);
  options.centered = asked.value("centered", false);
  const json none = json::object();
  options.clip.norm = asked.value("clip", none).value("norm", 0.0);
  options.clip.value = asked.value("clip", none).value("value", 0.0);
  options.average.decay = asked.value("ema", none).value("decay", 0.0);
  for (const json& entry : asked.value("groups", json::array())) {
    model::ParameterGroup group;
    group.match = entry["match"].get<std::string>();
    if (entry.contains("weight_decay")) group.weight_decay = entry["weight_decay"].get<double>();
    group.rate = entry.value("rate", 1.0);
    group.freeze = entry.value("freeze", false);
    options.groups.push_back(group);
  }
  return options;
}

// The largest difference of a weight, relative to the larger of it and 0.1.
double largest_difference(const Layout& layout, std::span<const float> found, const json& made) {
  double largest = 0;
  for (const Parameter& parameter : layout.parameters) {
    const auto expected = made[parameter.name].get<std::vector<double>>();
    EXPECT_EQ(expected.size(), static_cast<size_t>(parameter.count));
    for (size_t i = 0; i < expected.size(); ++i) {
      const double value = found[static_cast<size_t>(parameter.offset) + i];
      const double difference =
          std::abs(value - expected[i]) / std::max(std::abs(expected[i]), 0.1);
      // Not by std::max: a value that is no number is a difference too.
      if (!(difference <= largest)) largest = difference;
    }
  }
  return largest;
}

class OptimizerFigures : public testing::TestWithParam<std::string> {};

TEST_P(OptimizerFigures, are_those_of_the_reference) {
  const json& one = case_named(GetParam());
  const Layout layout = train::layout();
  const auto size = static_cast<size_t>(layout.weights);
  std::vector<float> weights(size), sums(size);
  for (size_t p = 0; p < layout.parameters.size(); ++p)
    for (int64_t i = 0; i < layout.parameters[p].count; ++i)
      weights[static_cast<size_t>(layout.parameters[p].offset + i)] =
          static_cast<float>(hashed({1, static_cast<int64_t>(p), i}));

  model::Regularization regularization;
  regularization.l1 = one["regularization"].value("l1", 0.0);
  regularization.l2 = one["regularization"].value("l2", 0.0);
  Optimizer optimizer(options_of(one["optimizer"]), regularization, layout);
  const int64_t steps = figures()["steps"], batch = figures()["batch"];
  ASSERT_GE(steps, 25);
  const double rate = figures()["rates"][one["optimizer"]["type"].get<std::string>()];
  constexpr double kScales[] = {1, 8, 1.0 / 64};
  for (int64_t step = 0; step < steps; ++step) {
    for (size_t p = 0; p < layout.parameters.size(); ++p)
      for (int64_t i = 0; i < layout.parameters[p].count; ++i)
        sums[static_cast<size_t>(layout.parameters[p].offset + i)] =
            static_cast<float>(hashed({2, static_cast<int64_t>(p), step, i}) * kScales[i % 3] * 4);
    optimizer.apply(weights, sums, static_cast<double>(batch),
                    rate * (1 - static_cast<double>(step) / 64));
  }
  EXPECT_LT(largest_difference(layout, weights, one["made"]), 1e-5);
  if (one.contains("average"))
    EXPECT_LT(largest_difference(layout, optimizer.average(), one["average"]), 1e-5);
  else
    EXPECT_TRUE(optimizer.average().empty());
}

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const json& one : figures()["cases"]) names.push_back(one["name"].get<std::string>());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Cases, OptimizerFigures, testing::ValuesIn(names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace howdah::train
