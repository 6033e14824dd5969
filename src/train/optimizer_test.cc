// Against libtorch's own optimizers, which are another implementation of the same formulas.
#include "train/optimizer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>

#include "dataset/random.h"

namespace howdah::train {
namespace {

using model::OptimizerType;
using MakePeer = std::function<std::unique_ptr<torch::optim::Optimizer>(std::vector<at::Tensor>)>;

model::Training one_dense_layer() {
  model::Training training;
  training.layers = {{.type = model::LayerType::kDense, .units = 37}};
  training.input = {23};
  training.classes = 37;
  return training;
}

double draw(dataset::SplitMix64& random) {
  return static_cast<double>(random.next() >> 11) * 0x1p-52 - 1;
}

// 25 steps of both on the same gradients; the largest difference between any two weights, relative
// to the larger of the weight and 1.
double difference(const model::Optimizer& options, const model::Regularization& regularization,
                  const MakePeer& make_peer, double rate) {
  const Layout layout = Layout::of(one_dense_layer()).value();
  const auto size = static_cast<size_t>(layout.weights);
  std::vector<float> weights(size), buffers, sums(size);
  initialize(layout, 3, weights, buffers);
  std::vector<at::Tensor> peers;
  for (const Parameter& parameter : layout.parameters)
    peers.push_back(torch::from_blob(weights.data() + parameter.offset, parameter.shape)
                        .clone()
                        .set_requires_grad(true));
  const auto peer = make_peer(peers);
  Optimizer optimizer(options, regularization, layout);
  dataset::SplitMix64 random(1);
  constexpr int64_t kBatch = 12;
  for (int step = 0; step < 25; ++step) {
    for (size_t p = 0; p < peers.size(); ++p) {
      const Parameter& parameter = layout.parameters[p];
      at::Tensor gradient = torch::empty(parameter.shape);
      for (int64_t i = 0; i < parameter.count; ++i) {
        const auto sum = static_cast<float>(draw(random) * static_cast<double>(1 + i % 7));
        sums[static_cast<size_t>(parameter.offset + i)] = sum;
        gradient.mutable_data_ptr<float>()[i] = sum / static_cast<float>(kBatch);
      }
      if (parameter.regularized) {
        const torch::NoGradGuard guard;
        gradient = gradient + regularization.l1 * peers[p].sign() + regularization.l2 * peers[p];
      }
      peers[p].mutable_grad() = gradient;
    }
    peer->step();
    optimizer.apply(weights, sums, kBatch, rate);
  }
  EXPECT_EQ(optimizer.steps(), 25);
  double largest = 0;
  for (size_t p = 0; p < peers.size(); ++p) {
    const float* expected = peers[p].const_data_ptr<float>();
    for (int64_t i = 0; i < layout.parameters[p].count; ++i) {
      const double found = weights[static_cast<size_t>(layout.parameters[p].offset + i)];
      largest = std::max(largest, std::abs(found - expected[i]) /
                                      std::max(1.0, std::abs(static_cast<double>(expected[i]))));
    }
  }
  return largest;
}

constexpr double kTolerance = 1e-6;

TEST(Optimizer, agrees_with_libtorch_on_sgd) {
  const auto peer = [](std::vector<at::Tensor> parameters) {
    return std::make_unique<torch::optim::SGD>(std::move(parameters),
                                               torch::optim::SGDOptions(0.1).weight_decay(0.01));
  };
  EXPECT_LT(difference({.weight_decay = 0.01}, {}, peer, 0.1), kTolerance);
}

TEST(Optimizer, agrees_with_libtorch_on_sgd_with_momentum) {
  for (const bool nesterov : {false, true}) {
    const auto peer = [&](std::vector<at::Tensor> parameters) {
      return std::make_unique<torch::optim::SGD>(
          std::move(parameters),
          torch::optim::SGDOptions(0.05).momentum(0.9).nesterov(nesterov).weight_decay(1e-3));
    };
    EXPECT_LT(
        difference({.momentum = 0.9, .nesterov = nesterov, .weight_decay = 1e-3}, {}, peer, 0.05),
        kTolerance)
        << nesterov;
  }
}

TEST(Optimizer, agrees_with_libtorch_on_adam) {
  const auto peer = [](std::vector<at::Tensor> parameters) {
    return std::make_unique<torch::optim::Adam>(
        std::move(parameters),
        torch::optim::AdamOptions(1e-2).weight_decay(1e-3).betas({0.8, 0.95}));
  };
  EXPECT_LT(
      difference({.type = OptimizerType::kAdam, .beta1 = 0.8, .beta2 = 0.95, .weight_decay = 1e-3},
                 {}, peer, 1e-2),
      kTolerance);
}

TEST(Optimizer, agrees_with_libtorch_on_adamw) {
  const auto peer = [](std::vector<at::Tensor> parameters) {
    return std::make_unique<torch::optim::AdamW>(
        std::move(parameters), torch::optim::AdamWOptions(1e-2).weight_decay(0.1));
  };
  EXPECT_LT(difference({.type = OptimizerType::kAdamW, .weight_decay = 0.1}, {}, peer, 1e-2),
            kTolerance);
}

TEST(Optimizer, adds_the_regularization_to_weights_and_not_to_biases) {
  const auto peer = [](std::vector<at::Tensor> parameters) {
    return std::make_unique<torch::optim::Adam>(std::move(parameters),
                                                torch::optim::AdamOptions(1e-2));
  };
  EXPECT_LT(difference({.type = OptimizerType::kAdam}, {.l1 = 0.01, .l2 = 0.2}, peer, 1e-2),
            kTolerance);
}

TEST(Optimizer, reports_the_penalty_that_its_gradient_belongs_to) {
  const Layout layout = Layout::of(one_dense_layer()).value();
  std::vector<float> weights(static_cast<size_t>(layout.weights), 0.0F);
  weights[0] = -2;
  weights[1] = 3;
  weights[static_cast<size_t>(layout.parameters[1].offset)] = 100;  // a bias
  const Optimizer optimizer({}, {.l1 = 0.5, .l2 = 0.1}, layout);
  EXPECT_NEAR(optimizer.penalty(weights), 0.5 * 5 + 0.05 * 13, 1e-12);
}

TEST(Optimizer, goes_on_from_its_saved_state_to_the_same_bits) {
  const Layout layout = Layout::of(one_dense_layer()).value();
  const auto size = static_cast<size_t>(layout.weights);
  std::vector<float> weights(size), buffers, sums(size, 0.25F);
  initialize(layout, 3, weights, buffers);
  Optimizer first({.type = OptimizerType::kAdam}, {}, layout);
  first.apply(weights, sums, 4, 0.1);
  std::vector<float> copy = weights;
  Optimizer second({.type = OptimizerType::kAdam}, {}, layout);
  second.set_steps(first.steps());
  for (size_t i = 0; i < 2; ++i)
    std::copy(first.states()[i].values.begin(), first.states()[i].values.end(),
              second.states()[i].values.begin());
  first.apply(weights, sums, 4, 0.1);
  second.apply(copy, sums, 4, 0.1);
  EXPECT_EQ(weights, copy);
}

}  // namespace
}  // namespace howdah::train
