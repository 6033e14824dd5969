// A weight that several layers of a network take.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "train/engine.h"
#include "train/network.h"

namespace howdah::train {
namespace {

using model::LayerType;
using torch::Tensor;

model::Training training_of() {
  model::Training training;
  training.layers = {{.type = LayerType::kDense, .units = 6},
                     {.type = LayerType::kTanh},
                     {.type = LayerType::kDense, .units = 6, .share = "0"}};
  training.input = {6};
  training.classes = 6;
  return training;
}

TEST(SharedWeight, is_one_parameter_whose_gradient_is_that_of_all_its_places) {
  configure_engine(1);
  const model::Training training = training_of();
  const Layout layout = Layout::of(training).value();
  ASSERT_EQ(layout.parameters.size(), 3U);
  EXPECT_EQ(layout.parameters[2].name, "2.bias");
  const auto network = Network::create(training, layout, dataset::ElementType::kUint8).value();
  dataset::RecordBatch batch;
  batch.records = 3;
  for (int i = 0; i < 18; ++i) batch.features.push_back(static_cast<std::byte>(37 * i % 256));
  batch.labels = {5, 0, 2};

  int given = 0;
  std::vector<Tensor> found(3);
  const Status status = network->backward(
      batch, 0,
      {[](const SampleSums&, std::span<const float>) {},
       [&](int number, const float* values) {
         ++given;
         const auto at = static_cast<size_t>(number);
         found[at] =
             torch::from_blob(const_cast<float*>(values), layout.parameters[at].shape).clone();
       }});
  ASSERT_TRUE(status.is_ok()) << status.to_string();
  EXPECT_EQ(given, 3);

  std::vector<Tensor> peer;
  for (const Parameter& parameter : layout.parameters)
    peer.push_back(torch::from_blob(network->weights().data() + parameter.offset, parameter.shape)
                       .clone()
                       .set_requires_grad(true));
  const Tensor input =
      torch::from_blob(batch.features.data(), {3, 6}, torch::kUInt8).to(torch::kFloat32) / 255;
  const Tensor output =
      torch::linear(torch::tanh(torch::linear(input, peer[0], peer[1])), peer[0], peer[2]);
  torch::nn::functional::cross_entropy(
      output, torch::tensor({5, 0, 2}, torch::kInt64),
      torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum))
      .backward();
  for (size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(torch::allclose(found[i], peer[i].grad(), 1e-5, 1e-6)) << i;
}

}  // namespace
}  // namespace howdah::train
