// The gradient that is written here against differences of the function itself.
#include <gtest/gtest.h>

#include <cmath>

#include "train/recurrence.h"
#include "train/test_layers.h"

namespace howdah::train {
namespace {

using model::LayerType;
using torch::Tensor;

constexpr int64_t kFeatures = 4, kUnits = 3, kLength = 6;

struct Case {
  LayerType type;
  int64_t gates;
  bool relu = false;
};
constexpr Case kCases[] = {
    {LayerType::kRnn, 1}, {LayerType::kRnn, 1, true}, {LayerType::kLstm, 4}, {LayerType::kGru, 3}};

// Everything that the function has a gradient of: padded texts, and the four weights.
using Leaves = std::vector<Tensor>;

struct Checked {
  Recurrence how;
  Tensor weights_of_sum;  // [rows, units]

  double operator()(const Leaves& at) const {
    const Tensor rows = recur(how, {at[1], at[2], at[3], at[4]}, pack(at[0], how.steps));
    return rows.to(torch::kFloat64).mul(weights_of_sum).sum().item<double>();
  }
  Leaves gradient(const Leaves& at) const {
    Leaves leaves;
    for (const Tensor& leaf : at) leaves.push_back(leaf.clone().requires_grad_());
    const Tensor rows =
        recur(how, {leaves[1], leaves[2], leaves[3], leaves[4]}, pack(leaves[0], how.steps));
    return torch::autograd::grad({rows.mul(weights_of_sum.to(torch::kFloat32)).sum()}, leaves);
  }
};

Leaves moved(const Leaves& from, const Leaves& direction, double by) {
  Leaves to;
  for (size_t i = 0; i < from.size(); ++i) to.push_back(from[i] + direction[i] * by);
  return to;
}

// By Richardson from differences over `width` and half of it: exact up to its fourth power.
double slope(const Checked& checked, const Leaves& at, const Leaves& direction, double width) {
  const auto over = [&](double h) {
    return (checked(moved(at, direction, h)) - checked(moved(at, direction, -h))) / (2 * h);
  };
  return (4 * over(width / 2) - over(width)) / 3;
}

void check(const Case& of, bool reverse, bool masked) {
  dataset::SplitMix64 random(5);
  const auto uniform = [&](const model::Shape& shape) {
    return TestLayers::uniform(shape, random);
  };
  const Tensor lengths = torch::tensor({3, 6, 1, 4}, torch::kInt64);
  Checked checked{{of.type, of.relu, reverse, packed_steps(lengths, kLength)}, {}};
  if (masked) checked.how.mask = uniform({4, kUnits}).gt(0).to(torch::kFloat32) * 2;
  checked.weights_of_sum = uniform({14, kUnits}).to(torch::kFloat64);
  const int64_t width = of.gates * kUnits;
  const std::vector<model::Shape> shapes{
      {4, kLength, kFeatures}, {width, kFeatures}, {width, kUnits}, {width}, {width}};
  Leaves at;
  for (const model::Shape& shape : shapes) at.push_back(uniform(shape));
  // A kink of relu within reach of the differences would be no slope.
  if (of.relu) at[3] += 2;
  const Leaves gradient = checked.gradient(at);
  for (size_t leaf = 0; leaf < at.size(); ++leaf) {
    for (int drawn = 0; drawn < 5; ++drawn) {
      Leaves direction;
      for (size_t i = 0; i < at.size(); ++i)
        direction.push_back(i == leaf ? uniform(shapes[i]) : torch::zeros(shapes[i]));
      const double due = slope(checked, at, direction, 0.02);
      const double found =
          gradient[leaf].to(torch::kFloat64).mul(direction[leaf]).sum().item<double>();
      const double scale =
          (gradient[leaf].norm().item<double>() + 1e-3) * direction[leaf].norm().item<double>();
      EXPECT_NEAR(found, due, 1e-4 * scale)
          << model::layer_type_name(of.type) << " relu " << of.relu << " reverse " << reverse
          << " masked " << masked << " leaf " << leaf;
    }
  }
}

TEST(RecurrenceGradient, is_the_slope_of_what_the_cells_compute) {
  for (const Case& of : kCases)
    for (const bool reverse : {false, true})
      for (const bool masked : {false, true}) check(of, reverse, masked);
}

}  // namespace
}  // namespace howdah::train
