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

// Every state there is, with the average of the weights.
const std::vector<model::Optimizer> kEvery = [] {
  std::vector<model::Optimizer> every = {
      {.momentum = 0.9, .dampening = 0.5},
      {.type = OptimizerType::kAdam, .amsgrad = true},
      {.type = OptimizerType::kAdamW, .weight_decay = 0.1},
      {.type = OptimizerType::kAdagrad, .rate_decay = 0.5, .initial_accumulator = 0.5},
      {.type = OptimizerType::kAdadelta},
      {.type = OptimizerType::kRmsprop, .momentum = 0.9, .centered = true}};
  for (model::Optimizer& one : every) one.average.decay = 0.9;
  return every;
}();

TEST(Optimizer, goes_on_from_its_saved_state_to_the_same_bits) {
  for (const model::Optimizer& options : kEvery) {
    SCOPED_TRACE(model::optimizer_words()[static_cast<size_t>(options.type)]);
    const Layout layout = Layout::of(one_dense_layer()).value();
    const auto size = static_cast<size_t>(layout.weights);
    std::vector<float> weights(size), buffers, sums(size, 0.25F);
    initialize(layout, 3, weights, buffers);
    Optimizer first(options, {}, layout);
    for (int step = 0; step < 2; ++step) first.apply(weights, sums, 4, 0.1);
    std::vector<float> copy = weights;
    Optimizer second(options, {}, layout);
    second.set_steps(first.steps());
    const auto from = first.states(), to = second.states();
    for (size_t i = 0; i < from.size(); ++i)
      std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
    first.apply(weights, sums, 4, 0.1);
    second.apply(copy, sums, 4, 0.1);
    EXPECT_EQ(weights, copy);
    EXPECT_TRUE(std::equal(first.average().begin(), first.average().end(), second.average().begin(),
                           second.average().end()));
  }
}

TEST(Optimizer, starts_again_as_it_started) {
  for (const model::Optimizer& options : kEvery) {
    SCOPED_TRACE(model::optimizer_words()[static_cast<size_t>(options.type)]);
    const Layout layout = Layout::of(one_dense_layer()).value();
    const std::vector<float> sums(static_cast<size_t>(layout.weights), 0.25F);
    Optimizer optimizer(options, {}, layout);
    const auto trained = [&] {
      std::vector<float> weights(sums.size(), 1.0F);
      for (int step = 0; step < 3; ++step) optimizer.apply(weights, sums, 4, 0.1);
      return weights;
    };
    const std::vector<float> once = trained();
    optimizer.reset();
    EXPECT_EQ(trained(), once);
  }
}

TEST(Optimizer, names_its_states_as_pytorch_does) {
  const Layout layout = Layout::of(one_dense_layer()).value();
  const auto names = [&](const model::Optimizer& options) {
    std::string names;
    Optimizer optimizer(options, {}, layout);
    for (const auto& state : optimizer.states()) names += state.name + " ";
    return names;
  };
  EXPECT_EQ(names({}), "");
  EXPECT_EQ(names(kEvery[0]), "momentum_buffer ema ");
  EXPECT_EQ(names(kEvery[1]), "exp_avg exp_avg_sq max_exp_avg_sq ema ");
  EXPECT_EQ(names(kEvery[2]), "exp_avg exp_avg_sq ema ");
  EXPECT_EQ(names(kEvery[3]), "sum ema ");
  EXPECT_EQ(names(kEvery[4]), "square_avg acc_delta ema ");
  EXPECT_EQ(names(kEvery[5]), "square_avg momentum_buffer grad_avg ema ");
}

TEST(Optimizer, moves_no_frozen_parameter_and_takes_it_into_neither_norm_nor_penalty) {
  const Layout layout = Layout::of(one_dense_layer()).value();
  const auto size = static_cast<size_t>(layout.weights);
  const auto bias = static_cast<size_t>(layout.parameters[1].offset);
  std::vector<float> weights(size, 2.0F), sums(size, 0.0F);
  sums[0] = 1e6F;  // of the frozen one
  sums[bias] = 1;
  Optimizer optimizer({.groups = {{.match = "*.weight", .freeze = true}}, .clip = {.norm = 2}},
                      {.l1 = 1, .l2 = 1}, layout);
  EXPECT_EQ(optimizer.penalty(weights), 0);
  optimizer.apply(weights, sums, 1, 0.5);
  EXPECT_EQ(weights[0], 2.0F);
  EXPECT_EQ(weights[bias], 1.5F);
}

TEST(Optimizer, groups_the_parameters_by_the_names_that_the_client_checked) {
  model::Training training;
  training.layers = {{.type = model::LayerType::kConv2d, .units = 4, .kernel = 3, .bias = false},
                     {.type = model::LayerType::kResidual,
                      .branches = {{{.type = model::LayerType::kBatchNorm2d}}, {}}},
                     {.type = model::LayerType::kFlatten},
                     {.type = model::LayerType::kDense, .units = 5}};
  training.input = {1, 6, 6};
  training.classes = 5;
  const Layout layout = Layout::of(training).value();
  std::vector<std::string> names;
  for (const Parameter& parameter : layout.parameters) names.push_back(parameter.name);
  const auto shapes = model::infer_shapes(training.layers, training.input, 5).value();
  EXPECT_EQ(names, model::parameter_names(shapes));
}

TEST(Optimizer, lets_the_average_follow_faster_while_it_warms_up) {
  const Layout layout = Layout::of(one_dense_layer()).value();
  const auto size = static_cast<size_t>(layout.weights);
  std::vector<float> weights(size, 0.0F);
  const std::vector<float> sums(size, -1.0F);
  Optimizer optimizer({.average = {.decay = 0.99, .warmup = true}}, {}, layout);
  EXPECT_TRUE(optimizer.average().empty());
  optimizer.apply(weights, sums, 1, 1);  // to 1: the average begins there
  EXPECT_EQ(optimizer.average()[0], 1.0F);
  optimizer.apply(weights, sums, 1, 1);  // to 2: a decay of 3 / 12
  EXPECT_FLOAT_EQ(optimizer.average()[0], 1.75F);
}

TEST(Optimizer, passes_on_a_gradient_that_is_no_number_where_values_are_clipped) {
  const Layout layout = Layout::of(one_dense_layer()).value();
  const auto size = static_cast<size_t>(layout.weights);
  std::vector<float> weights(size, 0.0F), sums(size, 3.0F);
  sums[1] = std::numeric_limits<float>::quiet_NaN();
  Optimizer optimizer({.clip = {.value = 1}}, {}, layout);
  optimizer.apply(weights, sums, 1, 1);
  EXPECT_EQ(weights[0], -1.0F);
  EXPECT_TRUE(std::isnan(weights[1]));
}

TEST(Optimizer, does_not_stumble_over_a_gradient_that_stays_the_same_when_centered) {
  const Layout layout = Layout::of(one_dense_layer()).value();
  const auto size = static_cast<size_t>(layout.weights);
  std::vector<float> weights(size, 0.0F);
  std::vector<float> sums(size);
  for (size_t i = 0; i < size; ++i) sums[i] = 0.1F + 0.01F * static_cast<float>(i);
  Optimizer optimizer({.type = OptimizerType::kRmsprop, .alpha = 0.5, .centered = true}, {},
                      layout);
  for (int step = 0; step < 200; ++step) optimizer.apply(weights, sums, 3, 1e-3);
  EXPECT_TRUE(
      std::all_of(weights.begin(), weights.end(), [](float w) { return std::isfinite(w); }));
}

}  // namespace
}  // namespace howdah::train
