// Networks for tests: together they hold every layer type that takes values.
#pragma once

#include <gtest/gtest.h>

#include <cstring>

#include "dataset/random.h"
#include "exporting/trained_model.h"
#include "job/job_spec.h"

namespace howdah::exporting {

inline constexpr const char* kImageLayers = R"(
    - conv2d: {filters: 6, kernel: [3, 5], padding: [1, 2]}
    - batch_norm2d
    - relu
    - max_pool2d: {size: 3, stride: 2, padding: 1, ceil_mode: true}
    - parallel:
        branches:
          - [{conv2d: {filters: 4, kernel: 1}}, {leaky_relu: {slope: 0.2}}]
          - [{conv2d: {filters: 4, kernel: 3, padding: same, groups: 2}}, {elu: {alpha: 0.7}}]
          - [{average_pool2d: {size: 3, stride: 1, padding: 1}}]
    - group_norm: {groups: 2}
    - residual:
        layers:
          - conv2d: {filters: 8, stride: 2, padding: 1, bias: false}
          - batch_norm2d: {epsilon: 0.001}
          - silu
          - conv2d: {filters: 8, padding: same, dilation: 2}
        shortcut: [{conv2d: {filters: 8, kernel: 1, stride: 2, bias: false}}]
    - gelu: {approximate: tanh}
    - residual: {layers: [{tanh: {}}]}
    - parallel: {merge: add, branches: [[{sigmoid: {}}], [{tanh: {}}, {hard_tanh: {min: -0.5, max: 0.4}}]]}
    - layer_norm: {dimensions: 3}
    - average_pool2d: {size: 3, stride: 2, padding: 1, ceil_mode: true}
    - adaptive_average_pool2d: {size: [3, 2]}
    - dropout: {rate: 0.5}
    - flatten
    - dense: {units: 20}
    - softplus: {beta: 2}
    - layer_norm
    - gelu
    - dense: {units: 10}
    - log_softmax
)";

inline constexpr const char* kRowLayers = R"(
    - reshape: {shape: [28, -1]}
    - conv1d: {filters: 12, kernel: 5, stride: 2, padding: 2}
    - batch_norm1d
    - relu
    - max_pool1d: {size: 3, stride: 2, ceil_mode: true}
    - conv1d: {filters: 8, kernel: 3, padding: same, bias: false}
    - average_pool1d: {size: 2, stride: 2, padding: 1, ceil_mode: true}
    - softmax: {axis: 2}
    - global_average_pool
    - batch_norm1d
    - dense: {units: 10, bias: false}
)";

// With random weights; running variances are above 0.
inline TrainedModel model_of(model::Training training,
                             dataset::ElementType element = dataset::ElementType::kUint8) {
  TrainedModel model;
  model.job_name = "example";
  model.job_uri = "mem://test/jobs/example";
  auto shapes = model::infer_network(training);
  EXPECT_TRUE(shapes) << shapes.status().to_string();
  model.shapes = shapes.value();
  model.training = std::move(training);
  model.element = element;
  const auto storage = std::make_shared<std::vector<std::vector<float>>>();
  dataset::SplitMix64 random(7);
  const auto add = [&](const std::string& name, const model::Shape& shape, float least) {
    int64_t count = 1;
    for (const int64_t extent : shape) count *= extent;
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) value = least + static_cast<float>(random.below(1000)) / 1500;
    storage->push_back(std::move(values));
    model.tensors.push_back(
        {name, train::TensorType::kFloat32, shape, std::as_bytes(std::span(storage->back()))});
  };
  for (const model::LayerShape& shape : model.shapes) {
    for (const auto& parameter : shape.trained)
      add(shape.name + "." + parameter.name, parameter.shape, -0.3F);
    for (const auto& buffer : shape.buffers)
      add(shape.name + "." + buffer.name, buffer.shape, buffer.initial_value);
  }
  model.storage = storage;
  EXPECT_TRUE(check_tensors(model)) << check_tensors(model).to_string();
  return model;
}

inline model::Training training_of(const std::string& layers, const model::Shape& input,
                                   int64_t classes = 10) {
  const auto spec =
      job::parse_job("name: a\ndata: {source: /d}\nmodel:\n  layers:\n" + layers, "job.yaml");
  EXPECT_TRUE(spec) << spec.status().to_string();
  model::Training training = spec ? spec->training : model::Training{};
  training.input = input;
  training.classes = classes;
  training.normalization = {{0.28}, {0.35}};
  return training;
}

inline TrainedModel image_model() {
  return model_of(training_of(kImageLayers, {1, 28, 28}));
}
inline TrainedModel row_model() {
  return model_of(training_of(kRowLayers, {1, 28, 28}));
}

}  // namespace howdah::exporting
