#include "train/network.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <deque>
#include <thread>

#include "dataset/random.h"
#include "train/augmentation.h"
#include "train/engine.h"
#include "train/gradient_tree.h"
#include "train/metrics.h"

namespace howdah::train {
namespace {

using model::Layer;
using model::LayerType;

model::Training example() {
  model::Training training;
  training.layers = {{.type = LayerType::kConv2d, .units = 6, .kernel = 3, .padding = Layer::kSame},
                     {.type = LayerType::kBatchNorm2d},
                     {.type = LayerType::kRelu},
                     {.type = LayerType::kMaxPool2d, .kernel = 2, .stride = 2},
                     {.type = LayerType::kConv2d,
                      .units = 5,
                      .kernel = 3,
                      .stride = 2,
                      .padding = 1,
                      .bias = false},
                     {.type = LayerType::kGelu},
                     {.type = LayerType::kAveragePool2d, .kernel = 2, .stride = 1},
                     {.type = LayerType::kFlatten},
                     {.type = LayerType::kDense, .units = 16},
                     {.type = LayerType::kTanh},
                     {.type = LayerType::kDense, .units = 12},
                     {.type = LayerType::kSigmoid},
                     {.type = LayerType::kDense, .units = 4}};
  training.input = {2, 12, 12};
  training.classes = 4;
  training.normalization = {{0.4, 0.6}, {0.25, 0.5}};
  training.seed = 5;
  return training;
}

dataset::RecordBatch records(const model::Training& training, int64_t count, uint64_t seed) {
  int64_t features = 1;
  for (const int64_t extent : training.input) features *= extent;
  dataset::RecordBatch batch;
  batch.records = count;
  dataset::SplitMix64 random(seed);
  for (int64_t i = 0; i < count * features; ++i)
    batch.features.push_back(static_cast<std::byte>(random.below(256)));
  for (int64_t i = 0; i < count; ++i)
    batch.labels.push_back(
        static_cast<int32_t>(random.below(static_cast<uint64_t>(training.classes))));
  return batch;
}

struct Backward {
  SampleSums sums;
  std::vector<float> buffers, gradients;
  std::vector<int> order;
};

Backward backward(Network& network, const Layout& layout, const dataset::RecordBatch& batch,
                  uint64_t seed = 0, const PreparedBatch* prepared = nullptr) {
  Backward result;
  result.gradients.resize(static_cast<size_t>(layout.weights));
  Network::Observers observers;
  observers.forward_done = [&](const SampleSums& sums, std::span<const float> buffers) {
    result.sums = sums;
    result.buffers.assign(buffers.begin(), buffers.end());
  };
  observers.gradient = [&](int parameter, const float* values) {
    const Parameter& place = layout.parameters[static_cast<size_t>(parameter)];
    std::copy_n(values, place.count, result.gradients.begin() + place.offset);
    result.order.push_back(parameter);
  };
  const Status status = network.backward(batch, seed, observers, prepared);
  EXPECT_TRUE(status.is_ok()) << status.to_string();
  return result;
}

// The same network written with torch::nn.
torch::nn::Sequential peer_of(const Layout& layout, std::span<const float> weights) {
  namespace nn = torch::nn;
  nn::Sequential peer(nn::Conv2d(nn::Conv2dOptions(2, 6, 3).padding(1)), nn::BatchNorm2d(6),
                      nn::ReLU(), nn::MaxPool2d(nn::MaxPool2dOptions(2)),
                      nn::Conv2d(nn::Conv2dOptions(6, 5, 3).stride(2).padding(1).bias(false)),
                      nn::GELU(), nn::AvgPool2d(nn::AvgPool2dOptions(2).stride(1)), nn::Flatten(),
                      nn::Linear(20, 16), nn::Tanh(), nn::Linear(16, 12), nn::Sigmoid(),
                      nn::Linear(12, 4));
  const torch::NoGradGuard guard;
  for (const auto& item : peer->named_parameters())
    for (const Parameter& parameter : layout.parameters)
      if (parameter.name == item.key())
        item.value().copy_(torch::from_blob(const_cast<float*>(weights.data()) + parameter.offset,
                                            parameter.shape));
  return peer;
}

torch::Tensor input_of(const dataset::RecordBatch& batch) {
  torch::Tensor input = torch::from_blob(const_cast<std::byte*>(batch.features.data()),
                                         {batch.records, 2, 12, 12}, torch::kUInt8)
                            .to(torch::kFloat32) /
                        255;
  const auto mean = torch::tensor({0.4F, 0.6F}).view({1, 2, 1, 1});
  const auto stddev = torch::tensor({0.25F, 0.5F}).view({1, 2, 1, 1});
  return (input - mean) / stddev;
}

class NetworkTest : public testing::Test {
 protected:
  NetworkTest() : training_(example()), layout_(Layout::of(training_).value()) {
    configure_engine(1);
    network_ = Network::create(training_, layout_, dataset::ElementType::kUint8).value();
  }
  const model::Training training_;
  const Layout layout_;
  std::unique_ptr<Network> network_;
};

TEST_F(NetworkTest, computes_the_loss_gradients_and_statistics_of_torch_nn) {
  const auto batch = records(training_, 9, 1);
  const Backward found = backward(*network_, layout_, batch);
  torch::nn::Sequential peer = peer_of(layout_, network_->weights());
  const torch::Tensor labels =
      torch::from_blob(const_cast<int32_t*>(batch.labels.data()), {9}, torch::kInt32)
          .to(torch::kInt64);
  const torch::Tensor outputs = peer->forward(input_of(batch));
  const torch::Tensor loss = torch::nn::functional::cross_entropy(
      outputs, labels, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
  loss.backward();
  EXPECT_NEAR(found.sums.loss, loss.item<double>(), 1e-5);
  EXPECT_EQ(found.sums.correct, outputs.argmax(1).eq(labels).sum().item<int64_t>());
  size_t compared = 0;
  for (const auto& item : peer->named_parameters())
    for (const Parameter& parameter : layout_.parameters) {
      if (parameter.name != item.key()) continue;
      ++compared;
      const torch::Tensor ours = torch::from_blob(
          const_cast<float*>(found.gradients.data()) + parameter.offset, parameter.shape);
      EXPECT_TRUE(torch::allclose(ours, item.value().grad(), 1e-4, 1e-5)) << parameter.name;
    }
  EXPECT_EQ(compared, layout_.parameters.size());
  for (const auto& item : peer->named_buffers())
    for (const Buffer& buffer : layout_.buffers)
      if (buffer.name == item.key()) {
        EXPECT_TRUE(torch::allclose(
            torch::from_blob(const_cast<float*>(found.buffers.data()) + buffer.offset,
                             buffer.shape),
            item.value(), 1e-5, 1e-6))
            << buffer.name;
      }
}

TEST_F(NetworkTest, hands_over_the_last_layers_gradients_first_and_each_once) {
  const Backward found = backward(*network_, layout_, records(training_, 4, 1));
  ASSERT_EQ(found.order.size(), layout_.parameters.size());
  EXPECT_GE(found.order.front(), 8);
  EXPECT_LE(found.order.back(), 1);
}

TEST_F(NetworkTest, starts_every_micro_batch_from_the_canonical_statistics) {
  const std::vector<float> before(network_->buffers().begin(), network_->buffers().end());
  const auto batch = records(training_, 4, 1);
  const Backward first = backward(*network_, layout_, batch);
  backward(*network_, layout_, records(training_, 4, 2));
  const Backward again = backward(*network_, layout_, batch);
  EXPECT_EQ(first.buffers, again.buffers);
  EXPECT_EQ(first.gradients, again.gradients);
  EXPECT_EQ(before, std::vector<float>(network_->buffers().begin(), network_->buffers().end()));
  EXPECT_NE(before, first.buffers);
}

TEST_F(NetworkTest, evaluates_with_the_canonical_statistics) {
  const auto batch = records(training_, 7, 3);
  model::Training asking = training_;
  asking.measures = {"confusion_matrix"};
  Answers answers(asking);
  ASSERT_TRUE(network_->evaluate(batch, answers).is_ok());
  torch::nn::Sequential peer = peer_of(layout_, network_->weights());
  peer->eval();
  const torch::NoGradGuard guard;
  const torch::Tensor outputs = peer->forward(input_of(batch)).argmax(1);
  for (int64_t i = 0; i < 7; ++i)
    EXPECT_GT(answers.matrix->at(batch.labels[static_cast<size_t>(i)], outputs[i].item<int64_t>()),
              0);
  const Metrics metrics = metrics_of(answers);
  EXPECT_EQ(metrics.records, 7);
  const torch::Tensor labels =
      torch::from_blob(const_cast<int32_t*>(batch.labels.data()), {7}, torch::kInt32)
          .to(torch::kInt64);
  EXPECT_NEAR(
      metrics.loss,
      torch::nn::functional::cross_entropy(peer->forward(input_of(batch)), labels).item<double>(),
      1e-6);
}

TEST_F(NetworkTest, computes_nothing_for_what_is_frozen_and_the_rest_as_before) {
  const auto batch = records(training_, 5, 1);
  const Backward free = backward(*network_, layout_, batch);
  model::Training training = example();
  training.optimizer.groups = {{.match = "0.*", .freeze = true},
                               {.match = "8.bias", .freeze = true}};
  const Layout layout = Layout::of(training).value();
  const auto network = Network::create(training, layout, dataset::ElementType::kUint8).value();
  const Backward frozen = backward(*network, layout, batch);
  ASSERT_EQ(frozen.order.size(), layout_.parameters.size());
  EXPECT_EQ(frozen.sums.loss, free.sums.loss);
  EXPECT_EQ(frozen.buffers, free.buffers);
  for (const Parameter& parameter : layout_.parameters) {
    const auto gradient = [&](const Backward& of) {
      return std::vector<float>(of.gradients.begin() + parameter.offset,
                                of.gradients.begin() + parameter.offset + parameter.count);
    };
    const bool is_frozen = parameter.name.starts_with("0.") || parameter.name == "8.bias";
    EXPECT_EQ(gradient(frozen),
              is_frozen ? std::vector<float>(static_cast<size_t>(parameter.count)) : gradient(free))
        << parameter.name;
  }
}

TEST_F(NetworkTest, leaves_frozen_statistics_as_they_are_and_uses_them) {
  model::Training training = example();
  training.optimizer.groups = {{.match = "1.*", .freeze = true, .freeze_statistics = true}};
  const Layout layout = Layout::of(training).value();
  const auto network = Network::create(training, layout, dataset::ElementType::kUint8).value();
  network->buffers()[0] = 0.5F;
  const auto batch = records(training, 5, 1);
  const Backward found = backward(*network, layout, batch);
  EXPECT_EQ(found.buffers,
            std::vector<float>(network->buffers().begin(), network->buffers().end()));
  torch::nn::Sequential peer = peer_of(layout, network->weights());
  {
    const torch::NoGradGuard guard;
    peer->named_buffers()["1.running_mean"][0] = 0.5;
  }
  peer->eval();  // nothing else in it knows training from evaluation
  const torch::Tensor loss = torch::nn::functional::cross_entropy(
      peer->forward(input_of(batch)),
      torch::from_blob(const_cast<int32_t*>(batch.labels.data()), {5}, torch::kInt32)
          .to(torch::kInt64),
      torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
  EXPECT_NEAR(found.sums.loss, loss.item<double>(), 1e-5);
}

TEST_F(NetworkTest, weighs_the_losses_of_both_classes_of_mixed_records) {
  model::Training training = example();
  training.augmentation = {.mixup = 1};
  const auto network = Network::create(training, layout_, dataset::ElementType::kUint8).value();
  const auto batch = records(training, 9, 1);
  const Backward found = backward(*network, layout_, batch, 17);
  const Mixing mixing =
      Augmenter(training, dataset::ElementType::kUint8).draw_mixing(batch.records, 17);
  torch::nn::Sequential peer = peer_of(layout_, network->weights());
  const torch::Tensor partner = torch::tensor(mixing.partner), x = input_of(batch);
  const torch::Tensor outputs =
      peer->forward(mixing.weight * x + (1 - mixing.weight) * x.index_select(0, partner));
  // The same by soft targets.
  const torch::Tensor labels =
      torch::from_blob(const_cast<int32_t*>(batch.labels.data()), {9}, torch::kInt32)
          .to(torch::kInt64);
  const torch::Tensor own = torch::one_hot(labels, 4).to(torch::kFloat32);
  const torch::Tensor soft =
      mixing.weight * own + (1 - mixing.weight) * own.index_select(0, partner);
  const torch::Tensor loss = -(soft * torch::log_softmax(outputs, 1)).sum();
  EXPECT_NEAR(found.sums.loss, loss.item<double>(), 1e-4);
  EXPECT_EQ(found.sums.correct, outputs.argmax(1).eq(labels).sum().item<int64_t>());
  loss.backward();
  for (const auto& item : peer->named_parameters())
    for (const Parameter& parameter : layout_.parameters)
      if (parameter.name == item.key()) {
        EXPECT_TRUE(torch::allclose(
            torch::from_blob(const_cast<float*>(found.gradients.data()) + parameter.offset,
                             parameter.shape),
            item.value().grad(), 1e-3, 1e-4))
            << parameter.name;
      }
}

TEST_F(NetworkTest, augments_training_and_never_evaluation) {
  model::Training training = example();
  training.augmentation = {
      .crop_padding = 3, .flip_horizontal = 0.5, .brightness = 0.5, .mixup = 1};
  const auto network = Network::create(training, layout_, dataset::ElementType::kUint8).value();
  const auto batch = records(training, 9, 1);
  const auto evaluated = [&](Network& one) {
    Answers answers(training);
    EXPECT_TRUE(one.evaluate(batch, answers).is_ok());
    return metrics_of(answers).loss;
  };
  EXPECT_EQ(evaluated(*network), evaluated(*network_));
  EXPECT_EQ(evaluated(*network), evaluated(*network));
  const Backward first = backward(*network, layout_, batch, 1);
  EXPECT_NE(first.sums.loss, backward(*network_, layout_, batch, 1).sums.loss);
  EXPECT_NE(first.sums.loss, backward(*network, layout_, batch, 2).sums.loss);
  EXPECT_EQ(first.gradients, backward(*network, layout_, batch, 1).gradients);
}

TEST_F(NetworkTest, computes_the_same_of_what_another_thread_prepared) {
  model::Training training = example();
  training.augmentation = {
      .crop_padding = 3, .flip_horizontal = 0.5, .brightness = 0.5, .mixup = 1};
  const auto network = Network::create(training, layout_, dataset::ElementType::kUint8).value();
  const auto batch = records(training, 9, 1);
  const Backward due = backward(*network, layout_, batch, 5);
  std::shared_ptr<const PreparedBatch> prepared;
  std::jthread([&] { prepared = network->prepare(batch, 5).value(); }).join();
  // Twice, as a step that broke.
  for (int time = 0; time < 2; ++time) {
    const Backward found = backward(*network, layout_, batch, 5, prepared.get());
    EXPECT_EQ(found.sums.loss, due.sums.loss);
    EXPECT_EQ(found.gradients, due.gradients);
  }
  EXPECT_NE(backward(*network, layout_, batch, 6).sums.loss, due.sums.loss);
}

TEST_F(NetworkTest, is_close_to_float32_in_bfloat16) {
  model::Training training = example();
  training.bfloat16 = true;
  const auto network = Network::create(training, layout_, dataset::ElementType::kUint8).value();
  const auto batch = records(training, 16, 1);
  const Backward exact = backward(*network_, layout_, batch);
  const Backward found = backward(*network, layout_, batch);
  EXPECT_NE(found.sums.loss, exact.sums.loss);
  EXPECT_NEAR(found.sums.loss, exact.sums.loss, 0.02 * exact.sums.loss);
  EXPECT_EQ(found.gradients, backward(*network, layout_, batch).gradients);
  double dot = 0, own = 0, other = 0;
  for (size_t i = 0; i < exact.gradients.size(); ++i) {
    const double a = static_cast<double>(exact.gradients[i]);
    const double b = static_cast<double>(found.gradients[i]);
    dot += a * b;
    own += a * a;
    other += b * b;
  }
  EXPECT_GT(dot / std::sqrt(own * other), 0.99);
  // A weight that the optimizer moved is seen by the next forward pass.
  network->weights()[0] += 1;
  EXPECT_NE(backward(*network, layout_, batch).sums.loss, found.sums.loss);
}

TEST_F(NetworkTest, computes_the_same_with_channels_last) {
  model::Training training = example();
  training.channels_last = true;
  const auto network = Network::create(training, layout_, dataset::ElementType::kUint8).value();
  const auto batch = records(training, 16, 1);
  const Backward exact = backward(*network_, layout_, batch);
  const Backward found = backward(*network, layout_, batch);
  EXPECT_NEAR(found.sums.loss, exact.sums.loss, 1e-4);
  for (size_t i = 0; i < exact.gradients.size(); ++i)
    EXPECT_NEAR(found.gradients[i], exact.gradients[i], 1e-3);
}

TEST_F(NetworkTest, refuses_a_normalization_that_fits_no_channel) {
  model::Training training = example();
  training.normalization = {{0, 0, 0}, {1, 1, 1}};
  EXPECT_EQ(Network::create(training, layout_, dataset::ElementType::kUint8).status().code(),
            Code::kInvalidArgument);
  training.normalization = {{0}, {0}};
  EXPECT_EQ(Network::create(training, layout_, dataset::ElementType::kUint8).status().code(),
            Code::kInvalidArgument);
}

TEST_F(NetworkTest, turns_an_exception_of_libtorch_into_a_status_and_can_go_on) {
  const Network::Observers observers{[](const SampleSums&, std::span<const float>) {},
                                     [](int, const float*) {}};
  auto batch = records(training_, 3, 1);
  batch.labels[1] = 9;
  const Status status = network_->backward(batch, 0, observers);
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_NE(status.message().find("out of bounds"), std::string::npos) << status.to_string();
  batch.labels[1] = 0;
  EXPECT_TRUE(network_->backward(batch, 0, observers).is_ok());
}

TEST_F(NetworkTest, goes_on_after_a_callback_threw_in_the_backward_pass) {
  const auto batch = records(training_, 3, 1);
  const auto before = backward(*network_, layout_, batch).gradients;
  const Network::Observers broken{[](const SampleSums&, std::span<const float>) {},
                                  [](int parameter, const float*) {
                                    if (parameter == 2) throw std::bad_alloc();
                                  }};
  EXPECT_EQ(network_->backward(batch, 0, broken).code(), Code::kOutOfMemory);
  EXPECT_EQ(backward(*network_, layout_, batch).gradients, before);
}

TEST_F(NetworkTest, refuses_batch_norm_over_a_single_value) {
  model::Training training;
  training.layers = {{.type = LayerType::kBatchNorm2d},
                     {.type = LayerType::kFlatten},
                     {.type = LayerType::kDense, .units = 2}};
  training.input = {3, 1, 1};
  training.classes = 2;
  const Layout layout = Layout::of(training).value();
  const auto network = Network::create(training, layout, dataset::ElementType::kUint8).value();
  const Network::Observers observers{[](const SampleSums&, std::span<const float>) {},
                                     [](int, const float*) {}};
  EXPECT_EQ(network->backward(records(training, 1, 1), 0, observers).code(),
            Code::kInvalidArgument);
  EXPECT_TRUE(network->backward(records(training, 2, 1), 0, observers).is_ok());
}

TEST(NetworkDropout, depends_on_its_seed_alone) {
  model::Training training;
  training.layers = {{.type = LayerType::kDropout, .rate = 0.5},
                     {.type = LayerType::kFlatten},
                     {.type = LayerType::kDense, .units = 4}};
  training.input = {2, 12, 12};
  training.classes = 4;
  const Layout layout = Layout::of(training).value();
  const auto network = Network::create(training, layout, dataset::ElementType::kUint8).value();
  const auto batch = records(training, 8, 1);
  const Backward first = backward(*network, layout, batch, 7);
  torch::manual_seed(99);
  EXPECT_EQ(first.gradients, backward(*network, layout, batch, 7).gradients);
  EXPECT_NE(first.gradients, backward(*network, layout, batch, 8).gradients);
  EXPECT_EQ(first.sums.loss, backward(*network, layout, batch, 7).sums.loss);
}

TEST(NetworkDropout, keeps_the_mean_and_the_asked_share) {
  // With all inputs 1 and one summed output, the gradient of its weights shows the mask.
  model::Training training;
  training.layers = {{.type = LayerType::kDropout, .rate = 0.25},
                     {.type = LayerType::kDense, .units = 2, .bias = false}};
  training.input = {20000};
  training.classes = 2;
  const Layout layout = Layout::of(training).value();
  const auto network = Network::create(training, layout, dataset::ElementType::kUint8).value();
  dataset::RecordBatch batch;
  batch.records = 1;
  batch.features.assign(20000, std::byte{255});
  batch.labels = {0};
  const Backward result = backward(*network, layout, batch, 3);
  int zeros = 0;
  float kept = 0;
  for (size_t i = 0; i < 20000; ++i) {
    if (result.gradients[i] == 0)
      ++zeros;
    else if (kept == 0)
      kept = result.gradients[i];
    else
      EXPECT_EQ(result.gradients[i], kept);
  }
  EXPECT_NEAR(zeros, 5000, 250);
}

TEST_F(NetworkTest, gives_a_tree_whose_bits_do_not_depend_on_who_carries_which_stream) {
  constexpr int kStreams = 4;
  std::vector<dataset::RecordBatch> batches;
  for (uint64_t v = 0; v < kStreams; ++v) batches.push_back(records(training_, 6, 10 + v));
  const auto carry = [&](int begin, int end) {
    std::deque<std::vector<float>> memory;
    GradientTree tree(layout_, kStreams, [&](size_t count) -> Result<std::span<float>> {
      return std::span<float>(memory.emplace_back(count));
    });
    EXPECT_TRUE(tree.carry(begin, end).is_ok());
    tree.begin_step({});
    for (int stream = begin; stream < end; ++stream) {
      tree.begin_stream(stream);
      const Network::Observers observers{
          [&](const SampleSums& sums, std::span<const float> buffers) {
            tree.forward_done(sums, buffers);
          },
          [&](int parameter, const float* values) { tree.gradient(parameter, values); }};
      EXPECT_TRUE(network_->backward(batches[static_cast<size_t>(stream)], 1, observers).is_ok());
    }
    return std::vector<float>(tree.sum().begin(), tree.sum().end());
  };
  const auto plus = [](std::vector<float> a, const std::vector<float>& b) {
    for (size_t i = 0; i < a.size(); ++i) a[i] += b[i];
    return a;
  };
  const auto whole = carry(0, 4);
  EXPECT_EQ(whole, plus(carry(0, 2), carry(2, 4)));
  EXPECT_EQ(whole, plus(plus(carry(0, 1), carry(1, 2)), plus(carry(2, 3), carry(3, 4))));
}

TEST(Engine, names_what_the_bits_depend_on) {
  configure_engine(1);
  EXPECT_TRUE(engine_fingerprint().starts_with("torch 2.")) << engine_fingerprint();
  EXPECT_TRUE(engine_fingerprint().ends_with(", 1 thread")) << engine_fingerprint();
}

}  // namespace
}  // namespace howdah::train
