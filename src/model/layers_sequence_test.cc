#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/layer_types.h"
#include "model/layers.h"
#include "model/zoo.h"

namespace howdah::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Signal kText{Shape{9}, Form::kTokens};
const Signal kSequence{Shape{9, 4}, Form::kSequence};

Layer at(Layer layer) {
  layer.where = "job.yaml:5:7";
  return layer;
}
LayerShape shape_of(const Layer& layer, const Signal& input) {
  const auto shapes = infer_shapes({layer}, input);
  EXPECT_TRUE(shapes) << shapes.status().to_string();
  return shapes ? shapes->front() : LayerShape{};
}
std::string refusal_of(const Layer& layer, const Signal& input) {
  const auto shapes = infer_shapes({at(layer)}, input);
  EXPECT_EQ(shapes.status().code(), Code::kInvalidArgument);
  return shapes.status().to_string();
}

TEST(SequenceShapes, of_an_embedding_are_a_sequence_whose_padding_begins_as_zeros) {
  const auto shape = shape_of({.type = LayerType::kEmbedding, .units = 4, .vocabulary = 30}, kText);
  EXPECT_THAT(shape.output, ElementsAre(9, 4));
  EXPECT_EQ(shape.output_form, Form::kSequence);
  EXPECT_EQ(shape.parameters, 120);
  EXPECT_EQ(shape.trained[0].initial_zeros, 4);
  EXPECT_EQ(shape.trained[0].initial_deviation, 1);
}

TEST(SequenceShapes, of_recurrent_layers_have_pytorchs_parameters_in_its_order) {
  const auto shape = shape_of(
      {.type = LayerType::kLstm, .units = 3, .repeats = 2, .bidirectional = true}, kSequence);
  EXPECT_THAT(shape.output, ElementsAre(9, 6));
  std::vector<std::string> names;
  for (const LayerParameter& parameter : shape.trained) names.push_back(parameter.name);
  EXPECT_THAT(names,
              ElementsAre("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0",
                          "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse",
                          "bias_hh_l0_reverse", "weight_ih_l1", "weight_hh_l1", "bias_ih_l1",
                          "bias_hh_l1", "weight_ih_l1_reverse", "weight_hh_l1_reverse",
                          "bias_ih_l1_reverse", "bias_hh_l1_reverse"));
  EXPECT_THAT(shape.trained[0].shape, ElementsAre(12, 4));
  EXPECT_THAT(shape.trained[8].shape, ElementsAre(12, 6));
  EXPECT_EQ(shape.multiply_adds, 9 * 2 * (12 * (4 + 3) + 12 * (6 + 3)));
  EXPECT_NEAR(shape.trained[0].initial_bound, 0.57735, 1e-5);
}

TEST(SequenceShapes, of_the_last_state_and_of_pooling_are_values) {
  const auto last = shape_of(
      {.type = LayerType::kGru, .units = 3, .bidirectional = true, .last = true}, kSequence);
  EXPECT_EQ(Signal(last.output, last.output_form), Signal({6}));
  for (const LayerType type : {LayerType::kGlobalAveragePool, LayerType::kGlobalMaxPool}) {
    const auto pooled = shape_of({.type = type}, kSequence);
    EXPECT_EQ(Signal(pooled.output, pooled.output_form), Signal({4}));
    EXPECT_THAT(shape_of({.type = type}, {4, 5, 6}).output, ElementsAre(4));
  }
}

TEST(SequenceShapes, stay_sequences_through_what_looks_at_each_step) {
  const auto dense = shape_of({.type = LayerType::kDense, .units = 7}, kSequence);
  EXPECT_EQ(Signal(dense.output, dense.output_form), Signal(Shape{9, 7}, Form::kSequence));
  EXPECT_EQ(dense.multiply_adds, 9 * 4 * 7);
  EXPECT_THAT(shape_of({.type = LayerType::kLayerNorm}, kSequence).trained[0].shape,
              ElementsAre(4));
  const auto convolution = shape_of(
      {.type = LayerType::kConv1d, .units = 6, .kernel = 4, .padding = Layer::kSame, .groups = 2},
      kSequence);
  EXPECT_EQ(Signal(convolution.output, convolution.output_form),
            Signal(Shape{9, 6}, Form::kSequence));
  EXPECT_THAT(convolution.trained[0].shape, ElementsAre(6, 2, 4));
  EXPECT_EQ(convolution.multiply_adds, 9 * 6 * 2 * 4);
}

TEST(SequenceShapes, refuse_what_does_not_fit_texts_by_its_reason) {
  EXPECT_EQ(refusal_of({.type = LayerType::kBatchNorm1d}, kSequence),
            "job.yaml:5:7: layer 1 (batch_norm1d) expects values of a fixed shape, found a sequence"
            " of [9, 4]; take layer_norm, which looks at each step by itself");
  EXPECT_EQ(refusal_of({.type = LayerType::kFlatten}, kSequence),
            "job.yaml:5:7: layer 1 (flatten) expects values of a fixed shape, found a sequence of"
            " [9, 4]; put a global_average_pool or global_max_pool layer before it");
  EXPECT_EQ(refusal_of({.type = LayerType::kConv1d, .units = 2, .kernel = 3}, kSequence),
            "job.yaml:5:7: layer 1 (conv1d) of a sequence keeps its length, with padding: same and"
            " stride: 1; it has padding 0 and stride 1");
  EXPECT_EQ(refusal_of({.type = LayerType::kLayerNorm, .dimensions = 2}, kSequence),
            "job.yaml:5:7: layer 1 (layer_norm) expects an input of at least 2 dimensions, found"
            " [9, 4]");
  EXPECT_EQ(refusal_of({.type = LayerType::kLstm, .units = 2}, kText),
            "job.yaml:5:7: layer 1 (lstm) expects values, found 9 tokens; put an embedding layer"
            " before it");
  EXPECT_EQ(refusal_of({.type = LayerType::kLstm, .units = 2}, {3, 4}),
            "job.yaml:5:7: layer 1 (lstm) expects a sequence of [length, features], found [3, 4]");
  EXPECT_EQ(refusal_of({.type = LayerType::kEmbedding, .units = 2, .vocabulary = 4}, {3}),
            "job.yaml:5:7: layer 1 (embedding) expects tokens of a text, found [3]");
  EXPECT_EQ(refusal_of({.type = LayerType::kEmbedding, .units = 2}, kText),
            "job.yaml:5:7: layer 1 (embedding) does not know how many tokens there are: the data"
            " say it, or 'vocabulary'");
}

TEST(SequenceShapes, refuse_recurrent_layers_that_are_not_possible) {
  const Layer gru{.type = LayerType::kGru, .units = 3};
  Layer layer = gru;
  layer.rate = 0.5;
  EXPECT_EQ(refusal_of(layer, kSequence),
            "job.yaml:5:7: layer 1 (gru) drops out between its layers, and it has one; put a"
            " dropout layer after it");
  layer = gru;
  layer.repeats = 65;
  EXPECT_THAT(refusal_of(layer, kSequence), HasSubstr("needs 1 to 64 layers, not 65"));
  layer = gru;
  layer.recurrent_rate = 1;
  EXPECT_THAT(refusal_of(layer, kSequence), HasSubstr("needs a dropout in [0, 1), not 1"));
  layer = gru;
  layer.units = int64_t{1} << 28;
  EXPECT_THAT(refusal_of(layer, {Shape{1 << 10, 1 << 18}, Form::kSequence}),
              HasSubstr("is too large"));
}

TEST(ColumnShapes, keep_the_other_columns_and_widen_those_of_codes) {
  Layer layer{.type = LayerType::kEmbedColumns, .units = 3, .columns = {4, 1}, .sizes = {7, 5}};
  const auto embedded = shape_of(layer, {6});
  EXPECT_THAT(embedded.output, ElementsAre(4 + 2 * 3));
  EXPECT_EQ(embedded.trained[1].name, "embeddings.1.weight");
  EXPECT_THAT(embedded.trained[1].shape, ElementsAre(5, 3));
  layer.type = LayerType::kOneHotColumns;
  EXPECT_THAT(shape_of(layer, {6}).output, ElementsAre(4 + 7 + 5));
  EXPECT_THAT(shape_of({.type = LayerType::kOneHotColumns}, {6}).output, ElementsAre(6));
}

TEST(ColumnShapes, refuse_columns_that_the_input_does_not_have) {
  Layer layer{.type = LayerType::kOneHotColumns, .columns = {4, 1}, .sizes = {7, 5}};
  EXPECT_THAT(refusal_of(layer, {4}),
              HasSubstr("looks at column 4, expects an input of at least 5 columns, found [4]"));
  EXPECT_THAT(refusal_of(layer, {4, 5}), HasSubstr("expects an input of [columns], found [4, 5]"));
  layer.columns = {1, 1};
  EXPECT_THAT(refusal_of(layer, {4}), HasSubstr("has column 1 twice"));
  layer.columns = {1};
  EXPECT_THAT(refusal_of(layer, {4}), HasSubstr("has 1 columns and 2 sizes"));
  layer.columns = {1, 2};
  layer.sizes = {int64_t{1} << 28, int64_t{1} << 28};
  EXPECT_THAT(refusal_of(layer, {4}), HasSubstr("too large"));
  layer = {.type = LayerType::kOneHotColumns, .column_names = {"carrier"}};
  EXPECT_THAT(refusal_of(layer, {4}), HasSubstr("names columns, which only the data have"));
}

TEST(TextZoo, pools_as_it_is_asked_to_and_drops_out_between_layers) {
  ZooModel model{.type = ZooType::kGru, .dropout = 0.2, .embedding = 8, .units = 6, .layers = 2};
  auto layers = zoo_layers(model, 3);
  ASSERT_EQ(layers.size(), 6U);
  EXPECT_EQ(layers[2].type, LayerType::kGru);
  EXPECT_EQ(layers[2].rate, 0.2);
  EXPECT_EQ(layers[3].type, LayerType::kGlobalMaxPool);
  model.pooling = Pooling::kLast;
  model.dropout = 0;
  layers = zoo_layers(model, 3);
  ASSERT_EQ(layers.size(), 3U);
  EXPECT_TRUE(layers[1].last);
  layers[0].vocabulary = 20;
  EXPECT_TRUE(infer_shapes(layers, kText, 3));
}

TEST(TextZoo, has_a_text_cnn_for_texts_shorter_than_its_kernels) {
  auto layers = zoo_layers({.type = ZooType::kTextCnn, .dropout = 0.5}, 2);
  layers[0].vocabulary = 1000;
  const auto shapes = infer_shapes(layers, {Shape{2}, Form::kTokens}, 2);
  ASSERT_TRUE(shapes) << shapes.status().to_string();
  int64_t parameters = 0;
  for (const LayerShape& shape : *shapes) parameters += shape.parameters;
  EXPECT_EQ(parameters, 1000 * 128 + 100 * (128 * 12 + 3) + 301 * 2);
}

}  // namespace
}  // namespace howdah::model
