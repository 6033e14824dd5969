// What the layers of a job file make of small records, beside PyTorch in Python: figures.json.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "conformance/close.h"
#include "conformance/figures.h"
#include "conformance/layer_outputs.h"
#include "job/job_spec.h"
#include "model/layer_types.h"
#include "train/engine.h"
#include "train/layer_forward.h"
#include "train/network.h"

namespace howdah::train {
namespace {

using json = nlohmann::ordered_json;

model::Training training_of(const json& figure) {
  std::string text = "name: a\ndata: {source: /d}\nmodel:\n  layers:\n";
  for (const auto& line : figure["layers"]) text += "    - " + line.get<std::string>() + "\n";
  const auto spec = job::parse_job(text, "figures.json");
  EXPECT_TRUE(spec) << spec.status().to_string();
  model::Training training = spec ? spec->training : model::Training{};
  training.input = figure["input"].get<model::Shape>();
  training.classes = training.layers.back().units;
  return training;
}

class LayerFigures : public testing::TestWithParam<size_t> {
 protected:
  LayerFigures()
      : figure_(figures()["cases"][GetParam()]),
        training_(training_of(figure_)),
        layout_(Layout::of(training_).value()) {
    configure_engine(1);
    network_ = Network::create(training_, layout_, dataset::ElementType::kUint8).value();
  }

  std::span<float> weights_of(const Parameter& parameter) {
    return network_->weights().subspan(static_cast<size_t>(parameter.offset),
                                       static_cast<size_t>(parameter.count));
  }

  void take_weights() {
    ASSERT_EQ(layout_.parameters.size(), figure_["weights"].size());
    for (const Parameter& parameter : layout_.parameters) {
      ASSERT_TRUE(figure_["weights"].contains(parameter.name)) << parameter.name;
      const auto values = figure_["weights"][parameter.name].get<std::vector<float>>();
      ASSERT_EQ(static_cast<int64_t>(values.size()), parameter.count) << parameter.name;
      std::copy(values.begin(), values.end(), weights_of(parameter).begin());
    }
  }

  dataset::RecordBatch batch(int64_t step) const {
    const auto size = figures()["batch"].get<int64_t>();
    const auto records = static_cast<int64_t>(figure_["labels"].size());
    const auto width = static_cast<int64_t>(figure_["features"].size()) / records;
    const int64_t first = step * size % records;
    dataset::RecordBatch batch;
    batch.records = size;
    for (int64_t i = first * width; i < (first + size) * width; ++i)
      batch.features.push_back(
          static_cast<std::byte>(figure_["features"][static_cast<size_t>(i)].get<int>()));
    for (int64_t i = first; i < first + size; ++i)
      batch.labels.push_back(figure_["labels"][static_cast<size_t>(i)].get<int32_t>());
    return batch;
  }

  // The loss; the gradients in the layout, and the buffers become the network's.
  double step(int64_t number, std::vector<float>& gradients) {
    gradients.assign(static_cast<size_t>(layout_.weights), 0);
    double loss = 0;
    std::vector<float> buffers;
    const Network::Observers observers{
        [&](const SampleSums& sums, std::span<const float> left) {
          loss = sums.loss;
          buffers.assign(left.begin(), left.end());
        },
        [&](int parameter, const float* values) {
          const Parameter& place = layout_.parameters[static_cast<size_t>(parameter)];
          std::copy_n(values, place.count, gradients.begin() + place.offset);
        }};
    const Status status = network_->backward(batch(number), 0, observers);
    EXPECT_TRUE(status.is_ok()) << status.to_string();
    std::copy(buffers.begin(), buffers.end(), network_->buffers().begin());
    return loss;
  }

  const json& figure_;
  const model::Training training_;
  const Layout layout_;
  std::unique_ptr<Network> network_;
};

TEST_P(LayerFigures, output_is_pytorchs) {
  ASSERT_NO_FATAL_FAILURE(take_weights());
  const dataset::RecordBatch records = batch(0);
  std::vector<int64_t> sizes{records.records};
  sizes.insert(sizes.end(), training_.input.begin(), training_.input.end());
  const torch::Tensor input =
      torch::from_blob(const_cast<std::byte*>(records.features.data()), sizes, torch::kUInt8)
          .to(torch::kFloat32) /
      255;
  const std::vector<model::Layer> layers(training_.layers.begin(), training_.layers.end() - 2);
  LayerOutputs visitor{layout_, network_->weights()};
  const auto output = model::LayerWalk<Flow, LayerOutputs>(visitor)
                          .through(layers, {input, {}})
                          .value()
                          .x.contiguous();
  const auto shapes = model::infer_shapes(layers, training_.input).value();
  const auto last = std::find_if(shapes.rbegin(), shapes.rend(),
                                 [](const model::LayerShape& shape) { return shape.depth == 0; });
  EXPECT_EQ(output.sizes().slice(1).vec(), last->output);
  expect_close({output.const_data_ptr<float>(), static_cast<size_t>(output.numel())},
               figure_["output"], "output");
}

TEST_P(LayerFigures, loss_and_gradients_are_pytorchs) {
  ASSERT_NO_FATAL_FAILURE(take_weights());
  std::vector<float> gradients;
  const auto due = figure_["losses"][0].get<double>();
  EXPECT_NEAR(step(0, gradients), due, kTolerance * due);
  double terms = 0;
  for (const json& gradient : figure_["gradients"]) terms = std::max(terms, largest_of(gradient));
  for (const Parameter& parameter : layout_.parameters)
    expect_close(std::span(gradients).subspan(static_cast<size_t>(parameter.offset),
                                              static_cast<size_t>(parameter.count)),
                 figure_["gradients"][parameter.name], parameter.name, terms);
}

TEST_P(LayerFigures, twenty_steps_end_where_pytorchs_do) {
  ASSERT_NO_FATAL_FAILURE(take_weights());
  const float rate = figures()["rate"].get<float>() / figures()["batch"].get<float>();
  std::vector<float> gradients;
  ASSERT_EQ(figure_["losses"].size(), 20U);
  for (size_t number = 0; number < 20; ++number) {
    const auto due = figure_["losses"][number].get<double>();
    EXPECT_NEAR(step(static_cast<int64_t>(number), gradients), due, kTolerance * due) << number;
    for (size_t i = 0; i < gradients.size(); ++i) network_->weights()[i] -= rate * gradients[i];
  }
  const json& trained = figure_["trained"];
  EXPECT_EQ(trained.size(), layout_.parameters.size() + layout_.buffers.size());
  for (const Parameter& parameter : layout_.parameters)
    expect_close(weights_of(parameter), trained[parameter.name], parameter.name);
  for (const Buffer& buffer : layout_.buffers)
    expect_close(network_->buffers().subspan(static_cast<size_t>(buffer.offset),
                                             static_cast<size_t>(buffer.count)),
                 trained[buffer.name], buffer.name);
}

std::string name_of(const testing::TestParamInfo<size_t>& info) {
  std::string name = figures()["cases"][info.param]["name"];
  for (char& c : name)
    if (!isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(Pytorch, LayerFigures,
                         testing::Range<size_t>(0, figures()["cases"].size()), name_of);

void collect(const std::vector<model::Layer>& layers, std::set<model::LayerType>& types) {
  for (const model::Layer& layer : layers) {
    types.insert(layer.type);
    for (const auto& branch : layer.branches) collect(branch, types);
  }
}

// Dropout is random: network_test holds what it promises. Layers of texts and tables have figures
// of their own.
TEST(FiguresOfLayers, hold_every_type_of_values_but_dropout) {
  using T = model::LayerType;
  std::set<T> types{T::kDropout, T::kGlobalMaxPool, T::kEmbedColumns, T::kOneHotColumns};
  for (const json& figure : figures()["cases"]) collect(training_of(figure).layers, types);
  for (const model::LayerTypeRow& row : model::layer_types()) {
    const bool of_texts =
        row.takes == model::Takes::kSequence || row.takes == model::Takes::kTokens;
    EXPECT_TRUE(types.contains(row.type) || of_texts) << row.name;
  }
}

}  // namespace
}  // namespace howdah::train
