// Networks for tests: together they hold every layer type, and their weights are random.
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

inline constexpr const char* kTableLayers = R"(
    - parallel:
        branches:
          - [{embed_columns: {features: 3, columns: [1, 4], sizes: [5, 7]}}, {dense: {units: 8}}, tanh]
          - [{one_hot_columns: {columns: [4, 1], sizes: [7, 5]}}, {dense: {units: 8}}]
          - - embed_columns: {columns: [0, 1, 2, 3, 4, 5], sizes: [2, 2, 2, 2, 2, 2], features: 2}
    - reshape: {shape: [7, 2, 2]}
    - global_max_pool
    - dense: {units: 10}
)";

inline constexpr const char* kTextLayers = R"(
    - embedding: {features: 12, vocabulary: 40}
    - positional_encoding: {type: learned, scale: true}
    - conv1d: {filters: 12, kernel: 4, padding: same, dilation: 2, groups: 3}
    - layer_norm
    - residual:
        layers:
          - conv1d: {filters: 12, kernel: 3, padding: same}
          - relu
          - dropout: {rate: 0.5}
          - dense: {units: 12}
    - parallel:
        axis: 2
        branches:
          - [{dense: {units: 5}}]
          - [{conv1d: {filters: 4, kernel: 1, padding: same, bias: false}}]
    - parallel:
        branches:
          - [{conv1d: {filters: 6, kernel: 5, padding: same}}, relu, global_max_pool]
          - [global_average_pool]
          - [{attention: {units: 7}}]
          - [{attention: {score: dot}}]
    - dense: {units: 10}
)";

inline constexpr const char* kRecurrentLayers = R"(
    - embedding: {features: 12, vocabulary: 40}
    - rnn: {units: 6, activation: relu}
    - rnn: {units: 7, layers: 2, bidirectional: true, dropout: 0.1}
    - gru: {units: 5, layers: 2, bidirectional: true, recurrent_dropout: 0.2}
    - lstm: {units: 6, layers: 2, bidirectional: true}
    - gru: {units: 6}
    - lstm: {units: 6}
    - parallel:
        branches:
          - [{lstm: {units: 4, layers: 2, bidirectional: true, return: last}}]
          - [{gru: {units: 4, return: last}}]
          - [{rnn: {units: 4, bidirectional: true, return: last}}]
    - dense: {units: 10}
)";

inline constexpr const char* kAttentionLayers = R"(
    - embedding: {features: 12, vocabulary: 40}
    - positional_encoding
    - multi_head_attention: {heads: 3}
    - multi_head_attention: {heads: 2, units: 10}
    - attention: {output: sequence}
    - attention: {output: sequence, score: dot}
    - transformer_encoder: {heads: 2, layers: 2, feed_forward: 14}
    - transformer_encoder: {heads: 5, norm: pre, activation: gelu, epsilon: 1e-3}
    - layer_norm: {dimensions: 1}
    - dense: {units: 10}
)";

inline constexpr const char* kLanguageLayers = R"(
    - embedding: {features: 12, vocabulary: 40}
    - positional_encoding: {scale: true}
    - transformer_encoder: {heads: 2, layers: 2, causal: true}
    - multi_head_attention: {heads: 3, causal: true}
    - attention: {output: sequence, causal: true}
    - lstm: {units: 12}
    - dense: {units: 40, share: 0}
)";

// The encoder gives as many features as the decoder has, or others.
inline constexpr const char* kTranslationLayers = R"(
    - embedding: {features: 12, vocabulary: 40}
    - transformer_encoder: {heads: 2}
    - gru: {units: 6, bidirectional: true}
  decoder:
    - embedding: {features: 12, share: 0, vocabulary: 40}
    - positional_encoding
    - lstm: {units: 12, layers: 2, initial: memory}
    - cross_attention: {heads: 3}
    - luong_attention: {score: dot}
    - transformer_decoder: {heads: 2, layers: 2, feed_forward: 14}
    - transformer_decoder: {heads: 3, norm: pre, activation: gelu}
    - layer_norm: {dimensions: 1}
    - dense: {units: 40, share: 0}
)";
inline constexpr const char* kOtherTranslationLayers = R"(
    - embedding: {features: 8, vocabulary: 40}
    - lstm: {units: 5}
  decoder:
    - embedding: {features: 12, vocabulary: 30}
    - rnn: {units: 12, initial: memory}
    - gru: {units: 12, layers: 2, initial: memory}
    - cross_attention: {heads: 2, units: 10}
    - luong_attention
    - dense: {units: 30}
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
                                   int64_t classes = 10,
                                   const std::string& task = "image_classification") {
  std::string data = "{source: /d";
  if (task != "image_classification" && task != "classification") data += ", text: a";
  if (task != "image_classification" && task != "language_model") data += ", target: b";
  const auto spec = job::parse_job(
      "name: a\ntask: " + task + "\ndata: " + data + "}\nmodel:\n  layers:\n" + layers, "job.yaml");
  EXPECT_TRUE(spec) << spec.status().to_string();
  model::Training training = spec ? spec->training : model::Training{};
  training.input = input;
  training.classes = classes;
  return training;
}

inline TrainedModel image_model() {
  auto training = training_of(kImageLayers, {1, 28, 28});
  training.normalization = {{0.28}, {0.35}};
  return model_of(training);
}
inline TrainedModel row_model() {
  auto training = training_of(kRowLayers, {1, 28, 28});
  training.normalization = {{0.28}, {0.35}};
  return model_of(training);
}
inline TrainedModel table_model() {
  auto training = training_of(kTableLayers, {6}, 10, "classification");
  training.normalization = {{0.5, 0, 1, 2, 0, 0}, {2, 1, 1.5, 1, 1, 1}};
  return model_of(training, dataset::ElementType::kFloat32);
}
// Of texts of 9 tokens of 40 (a language model's record holds one more, a translation's target 8).
inline TrainedModel text_model(const char* layers, const std::string& task = "text_classification",
                               int64_t classes = 10) {
  auto training = training_of(layers, {9}, classes, task);
  training.input_form = model::Form::kTokens;
  training.vocabulary = 40;
  if (training.task == model::Task::kLanguageModel) training.input = {10};
  if (training.task == model::Task::kTranslation) training.target_width = 8;
  return model_of(training, dataset::ElementType::kInt32);
}

inline std::vector<std::pair<std::string, TrainedModel>> all_models() {
  return {{"images", image_model()},
          {"rows", row_model()},
          {"table", table_model()},
          {"texts", text_model(kTextLayers)},
          {"recurrent", text_model(kRecurrentLayers)},
          {"attention", text_model(kAttentionLayers, "tagging")},
          {"language", text_model(kLanguageLayers, "language_model", 40)},
          {"translation", text_model(kTranslationLayers, "translation", 40)},
          {"other_translation", text_model(kOtherTranslationLayers, "translation", 30)}};
}

}  // namespace howdah::exporting
