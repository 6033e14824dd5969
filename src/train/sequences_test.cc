// What layers of texts promise besides PyTorch's figures (tests/conformance/sequences).
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "dataset/random.h"
#include "train/autocast.h"
#include "train/engine.h"
#include "train/layout.h"
#include "train/recurrence.h"
#include "train/test_layers.h"

namespace howdah::train {
namespace {

using model::Form;
using model::Layer;
using model::LayerType;
using model::Signal;
using torch::Tensor;

constexpr int64_t kLength = 7, kFeatures = 4;

Layer recurrent(LayerType type, bool last) {
  return {.type = type, .units = 3, .repeats = 2, .bidirectional = true, .last = last};
}
Layer convolution(int64_t kernel) {
  return {.type = LayerType::kConv1d, .units = 5, .kernel = kernel, .padding = Layer::kSame};
}

// All that looks at more than one step, as networks that end in values.
std::vector<std::vector<Layer>> networks() {
  const Layer mean{.type = LayerType::kGlobalAveragePool}, most{.type = LayerType::kGlobalMaxPool};
  std::vector<std::vector<Layer>> all{{mean}, {most}, {convolution(3), convolution(4), most}};
  for (const LayerType type : {LayerType::kRnn, LayerType::kLstm, LayerType::kGru}) {
    all.push_back({recurrent(type, true)});
    all.push_back({recurrent(type, false), mean});
    all.push_back({convolution(2), recurrent(type, false), most});
  }
  return all;
}

Signal sequence() {
  return {model::Shape{kLength, kFeatures}, Form::kSequence};
}

// Texts of the lengths; what lies beyond them is rubbish.
Flow texts(const std::vector<int64_t>& lengths, int64_t length = kLength) {
  dataset::SplitMix64 random(7);
  Flow flow{torch::full({static_cast<int64_t>(lengths.size()), length, kFeatures}, 1e6F),
            torch::tensor(lengths, torch::kInt64)};
  for (size_t i = 0; i < lengths.size(); ++i)
    flow.x[static_cast<int64_t>(i)].narrow(0, 0, lengths[i]) =
        TestLayers::uniform({lengths[i], kFeatures}, random);
  return flow;
}

TEST(Sequences, give_the_same_answer_however_much_padding_follows_and_whoever_is_beside) {
  const Flow in = texts({3, 7, 1, 5});
  for (const auto& layers : networks()) {
    TestLayers network(layers, sequence());
    const Tensor together = network.forward(in).x;
    for (int64_t i = 0; i < 4; ++i) {
      const int64_t length = in.lengths[i].item<int64_t>();
      const Flow alone{in.x.narrow(0, i, 1).narrow(1, 0, length), in.lengths.narrow(0, i, 1)};
      EXPECT_TRUE(torch::allclose(network.forward(alone).x, together.narrow(0, i, 1), 1e-5, 1e-6))
          << model::layer_type_name(layers[0].type) << " " << i;
    }
  }
}

TEST(Sequences, take_nothing_from_their_padding_and_give_it_no_gradient) {
  for (const float rubbish : {0.0F, std::numeric_limits<float>::quiet_NaN()}) {
    for (const auto& layers : networks()) {
      TestLayers network(layers, sequence());
      Flow in = texts({3, 7, 1, 5});
      const Tensor due = network.forward(in).x;
      const Tensor padding =
          torch::arange(kLength).unsqueeze(0).ge(in.lengths.unsqueeze(1)).unsqueeze(2);
      in.x = in.x.masked_fill(padding, rubbish).set_requires_grad(true);
      const Tensor found = network.forward(in).x;
      EXPECT_TRUE(torch::equal(found, due)) << model::layer_type_name(layers[0].type);
      found.sum().backward();
      const Tensor gradient = in.x.grad();
      EXPECT_EQ(gradient.masked_select(padding).abs().sum().item<float>(), 0);
      EXPECT_GT(gradient.abs().sum().item<float>(), 0);
    }
  }
}

TEST(Sequences, are_the_same_bits_for_one_thread) {
  configure_engine(1);
  for (const auto& layers : networks()) {
    std::vector<Tensor> gradients;
    for (int i = 0; i < 2; ++i) {
      TestLayers network(layers, sequence());
      Flow in = texts({3, 7, 1, 5});
      in.x.set_requires_grad(true);
      const LayerContext context{.training = true, .dropout_seed = 3};
      network.forward(in, context).x.square().sum().backward();
      gradients.push_back(in.x.grad());
    }
    EXPECT_TRUE(torch::equal(gradients[0], gradients[1]));
  }
}

TEST(Sequences, are_close_to_float32_in_bfloat16) {
  for (auto layers : networks()) {
    layers.insert(layers.begin(), {.type = LayerType::kDense, .units = 4});
    TestLayers network(layers, sequence());
    const Flow in = texts({3, 7, 1, 5});
    const Tensor due = network.forward(in).x;
    Tensor& weight = network.parameters["0.weight"];
    weight.set_requires_grad(true);
    const Autocast autocast(true);
    const Tensor found = network.forward(in).x;
    EXPECT_TRUE(torch::allclose(found.to(torch::kFloat32), due, 0.05, 0.02))
        << model::layer_type_name(layers[1].type) << found << due;
    found.sum().backward();
    EXPECT_GT(weight.grad().abs().sum().item<float>(), 0);
  }
}

// One direction with a mask on the state, step by step with PyTorch's cells.
Tensor slow(const Recurrence& how, const RecurrentWeights& w, const Flow& in) {
  const int64_t units = w.weight_hh.size(1);
  std::vector<Tensor> states;
  for (int64_t record = 0; record < in.x.size(0); ++record) {
    const Tensor rank = how.steps.order.eq(record).nonzero().view({1});
    const Tensor mask = how.mask.index_select(0, rank);
    Tensor state = torch::zeros({1, units}), cell = torch::zeros({1, units});
    const int64_t length = in.lengths[record].item<int64_t>();
    for (int64_t i = 0; i < length; ++i) {
      const Tensor x = in.x[record].narrow(0, how.reverse ? length - 1 - i : i, 1);
      const Tensor a = torch::linear(x, w.weight_ih, w.bias_ih);
      const Tensor b = torch::linear(state * mask, w.weight_hh, w.bias_hh);
      if (how.type == LayerType::kLstm) {
        const auto gate = (a + b).chunk(4, 1);
        cell = gate[1].sigmoid() * cell + gate[0].sigmoid() * gate[2].tanh();
        state = gate[3].sigmoid() * cell.tanh();
      } else if (how.type == LayerType::kGru) {
        const auto ga = a.chunk(3, 1), gb = b.chunk(3, 1);
        const Tensor reset = (ga[0] + gb[0]).sigmoid(), update = (ga[1] + gb[1]).sigmoid();
        const Tensor fresh = (ga[2] + reset * gb[2]).tanh();
        state = (1 - update) * fresh + update * state;
      } else {
        state = how.relu ? torch::relu(a + b) : torch::tanh(a + b);
      }
    }
    states.push_back(state);
  }
  return torch::cat(states);
}

struct Case {
  LayerType type;
  int64_t gates;
  bool relu = false;
};

TEST(RecurrentDropout, has_the_states_and_gradients_of_the_cells_written_out) {
  const Flow in = texts({3, 7, 1, 5});
  dataset::SplitMix64 random(3);
  for (const Case& each : {Case{LayerType::kRnn, 1}, Case{LayerType::kRnn, 1, true},
                           Case{LayerType::kLstm, 4}, Case{LayerType::kGru, 3}})
    for (const bool reverse : {false, true}) {
      Recurrence how{each.type, each.relu, reverse, packed_steps(in.lengths, kLength)};
      how.mask = torch::tensor(
          {{2.0F, 0.0F, 2.0F}, {0.0F, 2.0F, 2.0F}, {2.0F, 2.0F, 0.0F}, {0.0F, 0.0F, 2.0F}});
      std::vector<Tensor> leaves;
      for (const model::Shape& shape : {model::Shape{each.gates * 3, kFeatures},
                                        {each.gates * 3, 3},
                                        {each.gates * 3},
                                        {each.gates * 3}})
        leaves.push_back(TestLayers::uniform(shape, random).set_requires_grad(true));
      leaves.push_back(in.x.clone().set_requires_grad(true));
      const RecurrentWeights weights{leaves[0], leaves[1], leaves[2], leaves[3]};
      const Tensor rows = recur(how, weights, pack(leaves[4], how.steps));
      const Tensor found = rows.index_select(0, reverse ? how.steps.begins : how.steps.ends);
      const Tensor due = slow(how, weights, {leaves[4], in.lengths});
      EXPECT_TRUE(torch::allclose(found, due, 1e-5, 1e-6)) << found << due;
      const Tensor towards = torch::arange(12).view({4, 3}) - 5.5F;
      const auto gradients = torch::autograd::grad({(found * towards).sum()}, leaves);
      const auto wanted = torch::autograd::grad({(due * towards).sum()}, leaves);
      for (size_t i = 0; i < leaves.size(); ++i)
        EXPECT_TRUE(torch::allclose(gradients[i], wanted[i], 1e-4, 1e-5))
            << model::layer_type_name(each.type) << " " << i << gradients[i] << wanted[i];
    }
}

TEST(RecurrentDropout, is_one_mask_a_text_of_the_seed_and_only_in_training) {
  Layer layer{.type = LayerType::kRnn, .units = 64, .recurrent_rate = 0.5, .relu = true};
  TestLayers network({layer}, sequence());
  // The state hands itself on: what is masked falls to zero at the second step and stays there.
  network.parameters["0.weight_hh_l0"] = torch::eye(64);
  network.parameters["0.weight_ih_l0"] = torch::zeros({64, kFeatures});
  network.parameters["0.bias_ih_l0"] = torch::ones({64});
  network.parameters["0.bias_hh_l0"] = torch::zeros({64});
  const Flow in = texts({7, 7});
  const auto states = [&](uint64_t seed, bool training) {
    const LayerContext context{.training = training, .dropout_seed = seed};
    return network.forward(in, context).x;
  };
  const Tensor once = states(1, true);
  for (int64_t record = 0; record < 2; ++record)
    for (int64_t unit = 0; unit < 64; ++unit) {
      const Tensor each = once[record].select(1, unit);
      EXPECT_TRUE(each[6].item<float>() == 1 || each[6].item<float>() == 127) << each;
    }
  EXPECT_FALSE(torch::equal(once[0], once[1]));
  EXPECT_TRUE(torch::equal(once, states(1, true)));
  EXPECT_FALSE(torch::equal(once, states(2, true)));
  EXPECT_EQ(states(1, false)[0][6][0].item<float>(), 7);
}

TEST(RecurrentDropout, between_layers_is_drawn_anew_for_each_and_only_in_training) {
  Layer layer{.type = LayerType::kGru, .units = 8, .rate = 0.5, .repeats = 3};
  TestLayers network({layer}, sequence());
  const Flow in = texts({7, 3});
  const LayerContext first{.training = true, .dropout_seed = 1};
  const LayerContext second{.training = true, .dropout_seed = 2};
  const Tensor once = network.forward(in, first).x;
  EXPECT_TRUE(torch::equal(once, network.forward(in, first).x));
  EXPECT_FALSE(torch::equal(once, network.forward(in, second).x));
  EXPECT_TRUE(torch::equal(network.forward(in).x, network.forward(in).x));
}

std::vector<float> initial_embedding(int64_t vocabulary) {
  model::Training training;
  training.task = model::Task::kTextClassification;
  training.layers = {
      {.type = LayerType::kEmbedding, .units = 10, .vocabulary = vocabulary, .deviation = 0.5},
      {.type = LayerType::kGlobalAveragePool},
      {.type = LayerType::kDense, .units = 2}};
  training.input = {4};
  training.input_form = Form::kTokens;
  training.classes = 2;
  const Layout layout = Layout::of(training).value();
  std::vector<float> weights(static_cast<size_t>(layout.weights));
  initialize(layout, 1, weights, {});
  weights.resize(static_cast<size_t>(layout.parameters[0].count));
  return weights;
}

TEST(Embedding, begins_normal_with_zeros_for_padding_each_value_by_its_number_alone) {
  const std::vector<float> values = initial_embedding(3000);
  double sum = 0, squares = 0;
  int64_t within = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i < 10) {
      EXPECT_EQ(values[i], 0);
    }
    sum += values[i];
    squares += static_cast<double>(values[i]) * values[i];
    within += std::fabs(values[i]) < 0.5;
  }
  const auto count = static_cast<double>(values.size());
  EXPECT_NEAR(sum / count, 0, 0.01);
  EXPECT_NEAR(std::sqrt(squares / count), 0.5, 0.01);
  EXPECT_NEAR(static_cast<double>(within) / count, 0.683, 0.01);  // of one deviation
  const std::vector<float> fewer = initial_embedding(7);
  EXPECT_TRUE(std::equal(fewer.begin(), fewer.end(), values.begin()));
}

TEST(Embedding, trains_nothing_of_padding) {
  Layer layer{.type = LayerType::kEmbedding, .units = 3, .vocabulary = 5};
  TestLayers network({layer}, {model::Shape{4}, Form::kTokens});
  Tensor& weight = network.parameters["0.weight"];
  weight.set_requires_grad(true);
  const Flow in{torch::tensor({{1, 2, 0, 0}, {4, 4, 4, 0}}, torch::kInt64),
                torch::tensor({2, 3}, torch::kInt64)};
  network.forward(in).x.sum().backward();
  EXPECT_TRUE(
      torch::equal(weight.grad().select(1, 0), torch::tensor({0.0F, 1.0F, 1.0F, 0.0F, 3.0F})));
}

TEST(Embedding, refuses_a_token_that_the_vocabulary_does_not_have) {
  Layer layer{.type = LayerType::kEmbedding, .units = 3, .vocabulary = 5};
  TestLayers network({layer}, {model::Shape{2}, Form::kTokens});
  const Tensor lengths = torch::tensor({2}, torch::kInt64);
  try {
    network.forward({torch::tensor({{1, 5}}, torch::kInt64), lengths});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "layer 1 (embedding) knows tokens from 0 to 4, a text has 5: leave out its"
                 " 'vocabulary', so that it is the data's");
  }
  EXPECT_THROW(network.forward({torch::tensor({{-1, 1}}, torch::kInt64), lengths}),
               std::invalid_argument);
}

TEST(Columns, take_a_code_that_they_do_not_know_for_an_unknown_one) {
  Layer layer{.type = LayerType::kOneHotColumns, .columns = {0}, .sizes = {3}};
  TestLayers network({layer}, model::Shape{2});
  for (const float code : {3.0F, -1.0F, 1e30F, std::numeric_limits<float>::quiet_NaN()})
    EXPECT_TRUE(torch::equal(network.forward({torch::tensor({{code, 5.0F}}), {}}).x,
                             torch::tensor({{5.0F, 1.0F, 0.0F, 0.0F}})))
        << code;
}

}  // namespace
}  // namespace howdah::train
