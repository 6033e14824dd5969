// What layers of texts and tables make of small records, beside PyTorch in Python: figures.json.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "conformance/close.h"
#include "conformance/figures.h"
#include "conformance/layer_outputs.h"
#include "job/job_spec.h"
#include "model/layer_types.h"
#include "train/engine.h"
#include "train/inputs.h"
#include "train/layer_forward.h"
#include "train/network.h"

namespace howdah::train {
namespace {

using json = nlohmann::ordered_json;

bool of_texts(const json& figure) {
  return figure.contains("tokens");
}

model::Training training_of(const json& figure) {
  std::string text = "name: a\ndata: {source: /d}\nmodel:\n  layers:\n";
  for (const auto& line : figure["layers"]) text += "    - " + line.get<std::string>() + "\n";
  const auto spec = job::parse_job(text, "figures.json");
  EXPECT_TRUE(spec) << spec.status().to_string();
  model::Training training = spec ? spec->training : model::Training{};
  const json& features = figure[of_texts(figure) ? "tokens" : "values"];
  training.input = {static_cast<int64_t>(features.size() / figure["labels"].size())};
  training.task =
      of_texts(figure) ? model::Task::kTextClassification : model::Task::kClassification;
  if (of_texts(figure)) training.input_form = model::Form::kTokens;
  training.classes = training.layers.back().units;
  return training;
}

class SequenceFigures : public testing::TestWithParam<size_t> {
 protected:
  SequenceFigures()
      : figure_(figures()["cases"][GetParam()]),
        training_(training_of(figure_)),
        layout_(Layout::of(training_).value()) {
    configure_engine(1);
    network_ = Network::create(training_, layout_,
                               of_texts(figure_) ? dataset::ElementType::kInt32
                                                 : dataset::ElementType::kFloat32)
                   .value();
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
    const int64_t first = step * size % records;
    dataset::RecordBatch batch;
    batch.records = size;
    for (int64_t i = first; i < first + size; ++i)
      batch.labels.push_back(figure_["labels"][static_cast<size_t>(i)].get<int32_t>());
    if (of_texts(figure_))
      take(figure_["tokens"].get<std::vector<int32_t>>(), first, size, batch);
    else
      take(figure_["values"].get<std::vector<float>>(), first, size, batch);
    return batch;
  }
  template <class Value>
  void take(const std::vector<Value>& all, int64_t first, int64_t records,
            dataset::RecordBatch& batch) const {
    const int64_t width = training_.input[0];
    batch.features.resize(static_cast<size_t>(records * width) * sizeof(Value));
    std::memcpy(batch.features.data(), all.data() + first * width, batch.features.size());
  }

  // The loss, and the gradients in the layout.
  double step(int64_t number, std::vector<float>& gradients) {
    gradients.assign(static_cast<size_t>(layout_.weights), 0);
    double loss = 0;
    const Network::Observers observers{
        [&](const SampleSums& sums, std::span<const float>) { loss = sums.loss; },
        [&](int parameter, const float* values) {
          const Parameter& place = layout_.parameters[static_cast<size_t>(parameter)];
          std::copy_n(values, place.count, gradients.begin() + place.offset);
        }};
    const Status status = network_->backward(batch(number), 0, observers);
    EXPECT_TRUE(status.is_ok()) << status.to_string();
    return loss;
  }

  const json& figure_;
  const model::Training training_;
  const Layout layout_;
  std::unique_ptr<Network> network_;
};

TEST_P(SequenceFigures, output_is_pytorchs) {
  ASSERT_NO_FATAL_FAILURE(take_weights());
  const auto element =
      of_texts(figure_) ? dataset::ElementType::kInt32 : dataset::ElementType::kFloat32;
  const Normalizer normalizer = Normalizer::make({}, training_.input, element).value();
  const Flow input = input_of(batch(0), training_, normalizer);
  const std::vector<model::Layer> layers(training_.layers.begin(), training_.layers.end() - 1);
  LayerOutputs visitor{layout_, network_->weights()};
  const auto output =
      model::LayerWalk<Flow, LayerOutputs>(visitor).through(layers, input).value().x.contiguous();
  const auto shapes = model::infer_shapes(layers, {training_.input, training_.input_form}).value();
  EXPECT_EQ(output.sizes().slice(1).vec(), output_of(shapes).shape);
  expect_close({output.const_data_ptr<float>(), static_cast<size_t>(output.numel())},
               figure_["output"], "output");
}

TEST_P(SequenceFigures, loss_and_gradients_are_pytorchs) {
  ASSERT_NO_FATAL_FAILURE(take_weights());
  std::vector<float> gradients;
  const auto due = figure_["losses"][0].get<double>();
  EXPECT_NEAR(step(0, gradients), due, kTolerance * due);
  for (const Parameter& parameter : layout_.parameters)
    expect_close(std::span(gradients).subspan(static_cast<size_t>(parameter.offset),
                                              static_cast<size_t>(parameter.count)),
                 figure_["gradients"][parameter.name], parameter.name);
}

TEST_P(SequenceFigures, twenty_steps_end_where_pytorchs_do) {
  ASSERT_NO_FATAL_FAILURE(take_weights());
  const float rate = figures()["rate"].get<float>() / figures()["batch"].get<float>();
  std::vector<float> gradients;
  ASSERT_EQ(figure_["losses"].size(), 20U);
  for (size_t number = 0; number < 20; ++number) {
    const auto due = figure_["losses"][number].get<double>();
    EXPECT_NEAR(step(static_cast<int64_t>(number), gradients), due, kTolerance * due) << number;
    for (size_t i = 0; i < gradients.size(); ++i) network_->weights()[i] -= rate * gradients[i];
  }
  EXPECT_EQ(figure_["trained"].size(), layout_.parameters.size());
  for (const Parameter& parameter : layout_.parameters)
    expect_close(weights_of(parameter), figure_["trained"][parameter.name], parameter.name);
}

std::string name_of(const testing::TestParamInfo<size_t>& info) {
  return figures()["cases"][info.param]["name"];
}
INSTANTIATE_TEST_SUITE_P(Pytorch, SequenceFigures,
                         testing::Range<size_t>(0, figures()["cases"].size()), name_of);

void collect(const std::vector<model::Layer>& layers, std::set<model::LayerType>& types) {
  for (const model::Layer& layer : layers) {
    types.insert(layer.type);
    for (const auto& branch : layer.branches) collect(branch, types);
  }
}

TEST(FiguresOfSequences, hold_every_type_that_is_theirs) {
  using T = model::LayerType;
  std::set<T> types;
  for (const json& figure : figures()["cases"]) collect(training_of(figure).layers, types);
  for (const T type : {T::kEmbedding, T::kRnn, T::kLstm, T::kGru, T::kGlobalAveragePool,
                       T::kGlobalMaxPool, T::kConv1d, T::kDense, T::kLayerNorm, T::kEmbedColumns,
                       T::kOneHotColumns, T::kParallel, T::kResidual})
    EXPECT_TRUE(types.contains(type)) << model::layer_type_name(type);
}

}  // namespace
}  // namespace howdah::train
