#include "job/layers_section.h"

#include <gtest/gtest.h>

#include "job/job_spec.h"
#include "model/layer_types.h"

namespace howdah::job {
namespace {

const std::string kHead = "name: a\ndata: {source: /d}\nmodel:\n";

JobSpec parsed(const std::string& text) {
  auto spec = parse_job(text, "job.yaml");
  EXPECT_TRUE(spec) << spec.status().to_string();
  return spec ? *spec : JobSpec{};
}
std::vector<model::Layer> layers_of(const std::string& lines) {
  return parsed(kHead + "  layers:\n" + lines).training.layers;
}
model::Layer layer_of(const std::string& line) {
  const auto layers = layers_of("    - " + line + "\n");
  return layers.empty() ? model::Layer{} : layers.front();
}
std::string complaint(const std::string& line) {
  const auto spec = parse_job(kHead + "  layers:\n    - " + line + "\n", "job.yaml");
  EXPECT_FALSE(spec);
  return spec.status().to_string();
}

// A line of each type, with other values than the fallbacks.
const std::vector<std::string> kLines = {
    "conv1d: {filters: 8, kernel: 5, stride: 2, padding: 2, bias: false, dilation: 2, groups: 4}",
    "conv2d: {filters: 8, kernel: [3, 5], stride: [2, 1], padding: [1, 2], bias: true, "
    "dilation: [1, 2], groups: 2}",
    "max_pool1d: {size: 3, stride: 2, padding: 1, ceil_mode: true}",
    "max_pool2d: {size: [3, 2], stride: 2, padding: 1, ceil_mode: true}",
    "average_pool1d: {size: 2, stride: 2, padding: 0}",
    "average_pool2d: {size: 2, stride: [1, 2], padding: [0, 1]}",
    "global_average_pool",
    "adaptive_average_pool2d: {size: [4, 3]}",
    "batch_norm1d: {momentum: 0.01}",
    "batch_norm2d: {momentum: 0.3, epsilon: 0.001}",
    "layer_norm: {dimensions: 2, epsilon: 1e-06}",
    "group_norm: {groups: 4, epsilon: 0.001}",
    "dense: {units: 10, bias: false, share: decoder.0}",
    "dropout: {rate: 0.25}",
    "flatten",
    "reshape: {shape: [16, -1]}",
    "relu",
    "leaky_relu: {slope: 0.2}",
    "elu: {alpha: 0.5}",
    "gelu: {approximate: tanh}",
    "silu",
    "tanh",
    "sigmoid",
    "hard_tanh: {min: -2, max: 0.5}",
    "softplus: {beta: 2}",
    "softmax: {axis: 2}",
    "log_softmax: {axis: 1}",
    "global_max_pool",
    "embedding: {features: 16, vocabulary: 300, std: 0.5}",
    "rnn: {units: 4, activation: relu, layers: 2, bidirectional: true, dropout: 0.2, "
    "recurrent_dropout: 0.1, return: last}",
    "lstm: {units: 4, layers: 2, bidirectional: true, dropout: 0.2, recurrent_dropout: 0.1, "
    "return: last}",
    "gru: {units: 4, layers: 1, bidirectional: false, dropout: 0, recurrent_dropout: 0, "
    "return: sequence}",
    "embed_columns: {features: 4, columns: [0, 2], sizes: [3, 5], std: 0.1}",
    "one_hot_columns: {columns: [\"car\\\"rier\", \"origin\"]}",
    "multi_head_attention: {heads: 4, units: 32, dropout: 0.2, causal: true}",
    "attention: {score: additive, output: sequence, units: 16, causal: true}",
    "cross_attention: {heads: 2, units: 8, dropout: 0}",
    "luong_attention: {score: dot, units: 12}",
    "positional_encoding: {type: learned, scale: true, dropout: 0.1}",
    "transformer_encoder: {heads: 4, feed_forward: 64, layers: 2, dropout: 0.3, norm: pre, "
    "activation: gelu, causal: true, epsilon: 1e-06}",
    "transformer_decoder: {heads: 2, layers: 1, dropout: 0, norm: post, activation: relu}",
    "residual: {layers: [{conv2d: {filters: 4, kernel: 3, stride: 1, padding: same, bias: true}}, "
    "relu], shortcut: [batch_norm2d]}",
    "parallel: {merge: add, axis: 2, branches: [[relu, tanh], [], [{residual: {layers: [relu], "
    "shortcut: []}}]]}"};

TEST(LayersSection, writes_every_type_as_it_reads_it) {
  ASSERT_EQ(kLines.size(), model::layer_types().size());
  for (size_t i = 0; i < kLines.size(); ++i) {
    const model::Layer layer = layer_of(kLines[i]);
    EXPECT_EQ(static_cast<size_t>(layer.type), i) << kLines[i];
    EXPECT_EQ(layers_to_yaml({layer}), "    - " + kLines[i] + "\n");
  }
}

TEST(LayersSection, fills_in_pytorchs_fallbacks) {
  EXPECT_EQ(layer_of("conv2d: {filters: 2}").kernel, model::Pair(3));
  EXPECT_EQ(layer_of("conv1d: {filters: 2, kernel: null, stride: null}").kernel, model::Pair(3));
  EXPECT_EQ(layer_of("max_pool2d: {size: [3, 2]}").stride, model::Pair(3, 2));
  EXPECT_EQ(layer_of("leaky_relu").slope, 0.01);
  EXPECT_EQ(layer_of("batch_norm2d").momentum, 0.1);
  EXPECT_TRUE(layer_of("parallel: {branches: [[relu]]}").concat);
  EXPECT_EQ(layer_of("residual: {layers: [relu]}").branches.size(), 2U);
  EXPECT_EQ(layer_of("multi_head_attention").heads, 8);
  EXPECT_EQ(layer_of("multi_head_attention").rate, 0);
  EXPECT_EQ(layer_of("transformer_encoder").rate, 0.1);
  EXPECT_EQ(layer_of("luong_attention").score, model::AttentionScore::kGeneral);
}

TEST(LayersSection, keeps_the_place_of_layers_in_blocks) {
  const auto layers = layers_of("    - residual:\n        layers:\n          - relu\n");
  EXPECT_EQ(layers.at(0).branches.at(0).at(0).where, "job.yaml:7:13");
}

TEST(LayersSection, names_the_place_and_the_reason_of_what_is_wrong) {
  EXPECT_EQ(complaint("conv2d: {filters: 2, kernel: [3, 5, 7]}"),
            "job.yaml:5:36: 'layers.conv2d.kernel' must be one number, or two: [rows, columns]");
  EXPECT_EQ(complaint("conv1d: {filters: 2, kernel: [3, 5]}"),
            "job.yaml:5:36: 'layers.conv1d.kernel' must be one number");
  EXPECT_EQ(complaint("conv2d: {filters: 2, kernel: [3, x]}"),
            "job.yaml:5:40: 'layers.conv2d.kernel' must be a whole number, not 'x'");
  EXPECT_EQ(complaint("conv2d: {filters: 2, kernel: [0, 3]}"),
            "job.yaml:5:37: 'layers.conv2d.kernel' must be from 1 to 1048576, not 0");
  EXPECT_EQ(complaint("group_norm"), "job.yaml:5:7: group_norm needs 'groups'");
  EXPECT_EQ(complaint("group_norm: {groups: null}"), "job.yaml:5:7: group_norm needs 'groups'");
  EXPECT_EQ(complaint("reshape"), "job.yaml:5:7: reshape needs 'shape'");
  EXPECT_EQ(complaint("residual: {shortcut: [relu]}"), "job.yaml:5:7: residual needs 'layers'");
  EXPECT_EQ(complaint("parallel: {branches: [relu]}"),
            "job.yaml:5:29: 'layers.parallel.branches' must be a list of lists of layers; write"
            " branches: [[relu], [tanh]]");
  EXPECT_EQ(complaint("residual: {layers: [{dense: {unit: 3}}]}"),
            "job.yaml:5:27: dense needs 'units'");
  EXPECT_EQ(complaint("lstm: {layers: 2}"), "job.yaml:5:7: lstm needs 'units'");
  EXPECT_EQ(complaint("lstm: {units: 2, return: lst}"),
            "job.yaml:5:32: 'layers.lstm.return' cannot be 'lst'; did you mean 'last'?");
  EXPECT_EQ(complaint("one_hot_columns: {columns: [[1]]}"),
            "job.yaml:5:35: columns are given by their names, or by their numbers from 0");
  EXPECT_EQ(complaint("relu: {slope: 1}"),
            "job.yaml:5:14: unknown key 'layers.relu.slope'; known here: ");
}

TEST(LayersSection, reads_and_writes_a_decoder_beside_the_layers) {
  const JobSpec spec = parsed(kHead +
                              "  layers: [positional_encoding]\n  decoder:\n"
                              "    - cross_attention: {heads: 2}\n    - relu\n");
  ASSERT_EQ(spec.training.decoder.size(), 2U);
  EXPECT_EQ(spec.training.decoder[0].heads, 2);
  EXPECT_EQ(spec.training.decoder[0].where, "job.yaml:6:7");
  const JobSpec again = parsed(to_yaml(spec));
  EXPECT_EQ(again.training.decoder.size(), 2U);
  EXPECT_EQ(to_yaml(again), to_yaml(spec));
  EXPECT_EQ(parse_job(kHead + "  layers: [relu]\n  decoder: []\n", "job.yaml").status().to_string(),
            "job.yaml:5:12: 'model.decoder' is empty; give at least one layer, or leave it out");
  EXPECT_EQ(
      parse_job(kHead + "  layers: [relu]\n  decoder: [relo]\n", "job.yaml").status().to_string(),
      "job.yaml:5:13: unknown layer 'relo'; did you mean 'relu'?");
}

TEST(ZooSection, stays_as_it_was_written_and_knows_its_layers) {
  const JobSpec spec =
      parsed(kHead + "  {type: mlp, hidden: [30, 20], dropout: 0.1, classes: 7}\n");
  ASSERT_TRUE(spec.zoo);
  EXPECT_EQ(spec.training.layers.size(), 8U);
  const std::string text = to_yaml(spec);
  EXPECT_NE(text.find("model: {type: mlp, hidden: [30, 20], dropout: 0.1, classes: 7}\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(to_yaml(parsed(text)), text);
}

TEST(ZooSection, keeps_every_key_of_texts_and_tables) {
  for (const char* line :
       {"{type: text_cnn, embedding: 64, filters: 50, kernels: [2, 3], dropout: 0.4}",
        "{type: lstm, embedding: 32, units: 16, layers: 2, bidirectional: true, dropout: 0.1, "
        "pooling: mean, classes: 3}",
        "{type: rnn, embedding: 128, units: 128, layers: 1, bidirectional: false, dropout: 0.25, "
        "pooling: max}",
        "{type: wide_and_deep, embedding: 4, hidden: [32], dropout: 0.1}"}) {
    const std::string text = to_yaml(parsed(kHead + "  " + line + "\n"));
    EXPECT_NE(text.find(std::string("model: ") + line + "\n"), std::string::npos) << text;
  }
  EXPECT_EQ(parse_job(kHead + "  {type: gru, pooling: lst}\n", "job.yaml").status().to_string(),
            "job.yaml:4:24: 'model.pooling' cannot be 'lst'; did you mean 'last'?");
}

TEST(ZooSection, has_a_decoder_where_it_translates) {
  const JobSpec spec = parsed(
      kHead + "  {type: transformer, width: 24, heads: 3, layers: 2, norm: post, classes: 9}\n");
  ASSERT_EQ(spec.training.decoder.size(), 4U);
  EXPECT_EQ(spec.training.decoder[0].vocabulary, 9);
  EXPECT_EQ(spec.training.decoder[2].heads, 3);
  EXPECT_EQ(spec.training.decoder[3].units, 9);
  EXPECT_EQ(spec.training.decoder[3].where, "job.yaml:4:10");
  const std::string text = to_yaml(spec);
  EXPECT_NE(text.find("model: {type: transformer, width: 24, heads: 3, layers: 2, feed_forward: 96,"
                      " dropout: 0.1, norm: post, shared: false, classes: 9}\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(to_yaml(parsed(text)), text);
  EXPECT_TRUE(parsed(kHead + "  {type: transformer_lm, classes: 9}\n").training.decoder.empty());
}

TEST(ZooSection, takes_the_classes_from_the_data) {
  JobSpec spec = parsed(kHead + "  type: resnet20\n");
  EXPECT_TRUE(spec.training.layers.empty());
  EXPECT_NE(to_yaml(spec).find("model: {type: resnet20}\n"), std::string::npos);
  dataset::Index index;
  index.shape = {3, 32, 32};
  index.classes = 6;
  const Status status = complete_from_index(spec, index);
  ASSERT_TRUE(status.is_ok()) << status.to_string();
  EXPECT_EQ(spec.training.layers.back().units, 6);
  EXPECT_EQ(parsed(to_yaml(spec)).training.layers.size(), spec.training.layers.size());
}

TEST(ZooSection, is_named_where_its_layers_do_not_fit_the_data) {
  JobSpec spec = parsed(kHead + "  type: lenet\n");
  dataset::Index index;
  index.shape = {1, 8, 4};
  index.classes = 6;
  EXPECT_EQ(complete_from_index(spec, index).to_string(),
            "job.yaml:4:9: layer 4 (conv2d) expects at least 5 x 5 values under its kernel, found"
            " [6, 4, 2] with padding 0");
}

TEST(ZooSection, refuses_what_it_does_not_know) {
  const auto complaint_of = [](const std::string& lines) {
    return parse_job(kHead + lines, "job.yaml").status().to_string();
  };
  EXPECT_EQ(complaint_of("  type: resnet21\n"),
            "job.yaml:4:9: 'model.type' cannot be 'resnet21'; did you mean 'resnet20'?");
  EXPECT_EQ(
      complaint_of("  type: lenet\n  hidden: [3]\n"),
      "job.yaml:5:3: unknown key 'model.hidden'; known here: torchscript, plugin, type, layers,"
      " decoder, classes, pretrained");
  EXPECT_EQ(complaint_of("  type: lenet\n  layers: [relu]\n"),
            "job.yaml:4:9: 'model.type' and 'model.layers' are two models; leave one out");
  EXPECT_EQ(complaint_of("  type: null\n"),
            "job.yaml:1:1: 'model.layers' is missing or empty; give at least one layer, a type,"
            " or a module of your own: torchscript, plugin");
  EXPECT_EQ(complaint_of("  type: mlp\n  hidden: [3, 0]\n"),
            "job.yaml:5:15: 'model.hidden' must be from 1 to 1048576, not 0");
}

}  // namespace
}  // namespace howdah::job
