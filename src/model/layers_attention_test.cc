// Shapes, parameters and refusals of layers that attend.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/layer_types.h"

namespace howdah::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using T = LayerType;

const Signal kSentence({7, 12}, Form::kSequence);
const Signal kMemory({5, 12}, Form::kSequence), kWideMemory({5, 20}, Form::kSequence);

Result<LayerShape> shape_of(Layer layer, const Signal* memory = nullptr,
                            const Signal& input = kSentence) {
  layer.where = "job.yaml:9:3";
  const LayerList list =
      memory != nullptr ? LayerList{.name = "decoder", .memory = memory} : LayerList{};
  return HOWDAH_TRY(infer_shapes({layer}, input, list))[0];
}
std::vector<std::string> names_of(const Layer& layer, const Signal* memory = nullptr) {
  const auto shape = shape_of(layer, memory);
  EXPECT_TRUE(shape) << shape.status().to_string();
  std::vector<std::string> names;
  if (shape)
    for (const LayerParameter& parameter : shape->trained)
      names.push_back(parameter.name + " " + to_string(parameter.shape));
  return names;
}
std::string refusal_of(const Layer& layer, const Signal* memory = nullptr,
                       const Signal& input = kSentence) {
  const auto shape = shape_of(layer, memory, input);
  EXPECT_EQ(shape.status().code(), Code::kInvalidArgument);
  return shape.status().to_string();
}

TEST(Attention, has_the_parameters_of_pytorchs_modules) {
  EXPECT_THAT(names_of({.type = T::kMultiHeadAttention, .heads = 3}),
              ElementsAre("in_proj_weight [36, 12]", "in_proj_bias [36]",
                          "out_proj.weight [12, 12]", "out_proj.bias [12]"));
  EXPECT_THAT(
      names_of({.type = T::kCrossAttention, .heads = 3}, &kWideMemory),
      ElementsAre("q_proj_weight [12, 12]", "k_proj_weight [12, 20]", "v_proj_weight [12, 20]",
                  "in_proj_bias [36]", "out_proj.weight [12, 12]", "out_proj.bias [12]"));
  EXPECT_THAT(names_of({.type = T::kTransformerEncoder, .heads = 2}),
              ElementsAre("layers.0.self_attn.in_proj_weight [36, 12]",
                          "layers.0.self_attn.in_proj_bias [36]",
                          "layers.0.self_attn.out_proj.weight [12, 12]",
                          "layers.0.self_attn.out_proj.bias [12]",
                          "layers.0.linear1.weight [48, 12]", "layers.0.linear1.bias [48]",
                          "layers.0.linear2.weight [12, 48]", "layers.0.linear2.bias [12]",
                          "layers.0.norm1.weight [12]", "layers.0.norm1.bias [12]",
                          "layers.0.norm2.weight [12]", "layers.0.norm2.bias [12]"));
  const auto decoder = names_of(
      {.type = T::kTransformerDecoder, .repeats = 2, .heads = 2, .feed_forward = 9}, &kMemory);
  ASSERT_EQ(decoder.size(), 36U);
  EXPECT_EQ(decoder[4], "layers.0.multihead_attn.in_proj_weight [36, 12]");
  EXPECT_EQ(decoder[8], "layers.0.linear1.weight [9, 12]");
  EXPECT_EQ(decoder[35], "layers.1.norm3.bias [12]");
}

TEST(Attention, begins_as_pytorchs_modules_do) {
  const LayerShape shape = shape_of({.type = T::kMultiHeadAttention, .heads = 3}).value();
  EXPECT_DOUBLE_EQ(shape.trained[0].initial_bound, std::sqrt(6.0 / (36 + 12)));
  EXPECT_EQ(shape.trained[1].initial_bound, 0);
  EXPECT_DOUBLE_EQ(shape.trained[2].initial_bound, 1 / std::sqrt(12.0));
  EXPECT_EQ(shape.trained[3].initial_bound, 0);
  EXPECT_TRUE(shape.trained[0].regularized);
  EXPECT_FALSE(shape.trained[1].regularized);
}

TEST(Attention, counts_its_multiply_adds) {
  EXPECT_EQ(shape_of({.type = T::kMultiHeadAttention, .heads = 3})->multiply_adds,
            7 * 4 * 12 * 12 + 2 * 7 * 7 * 12);
  EXPECT_EQ(shape_of({.type = T::kCrossAttention, .heads = 3}, &kWideMemory)->multiply_adds,
            7 * 2 * 12 * 12 + 2 * 5 * 12 * 20 + 2 * 7 * 5 * 12);
}

TEST(Attention, keeps_the_sequence_or_makes_it_values_of_fixed_shape) {
  const LayerShape wide =
      shape_of({.type = T::kMultiHeadAttention, .units = 16, .heads = 4}).value();
  EXPECT_EQ(Signal(wide.output, wide.output_form), Signal({7, 16}, Form::kSequence));
  const LayerShape pooled = shape_of({.type = T::kAttention, .units = 5}).value();
  EXPECT_EQ(Signal(pooled.output, pooled.output_form), Signal({12}));
  const LayerShape luong =
      shape_of({.type = T::kLuongAttention, .units = 5, .score = AttentionScore::kGeneral},
               &kWideMemory)
          .value();
  EXPECT_EQ(Signal(luong.output, luong.output_form), Signal({7, 5}, Form::kSequence));
}

TEST(Attention, says_what_does_not_fit) {
  EXPECT_EQ(refusal_of({.type = T::kMultiHeadAttention, .heads = 5}),
            "job.yaml:9:3: layer 1 (multi_head_attention) needs heads that divide its 12 units, not"
            " 5");
  EXPECT_EQ(
      refusal_of({.type = T::kCrossAttention, .heads = 3}),
      "job.yaml:9:3: layer 1 (cross_attention) looks at what an encoder gives, so its place is"
      " in 'model.decoder'");
  const Signal pooled({12});
  EXPECT_EQ(refusal_of({.type = T::kTransformerDecoder, .heads = 3}, &pooled),
            "job.yaml:9:3: decoder layer 1 (transformer_decoder) expects an encoder that gives a"
            " sequence of [length, features], found [12]");
  EXPECT_EQ(refusal_of({.type = T::kTransformerDecoder, .heads = 3}, &kWideMemory),
            "job.yaml:9:3: decoder layer 1 (transformer_decoder) expects an encoder of 12 features"
            " as its own input, found a sequence of [5, 20]");
  EXPECT_THAT(refusal_of({.type = T::kLuongAttention, .score = AttentionScore::kDot}, &kWideMemory),
              HasSubstr("with a score of 'dot' expects an encoder of 12 features, found a sequence"
                        " of [5, 20]; take 'general'"));
  EXPECT_THAT(refusal_of({.type = T::kAttention, .causal = true}), HasSubstr("cannot be causal"));
  EXPECT_THAT(refusal_of({.type = T::kAttention, .units = 3, .score = AttentionScore::kDot}),
              HasSubstr("has no units where its score is 'dot'"));
  EXPECT_THAT(refusal_of({.type = T::kTransformerEncoder, .repeats = 0, .heads = 3}),
              HasSubstr("needs 1 to 64 layers, not 0"));
  EXPECT_THAT(refusal_of({.type = T::kTransformerEncoder, .rate = 1, .heads = 3}),
              HasSubstr("needs a dropout in [0, 1), not 1"));
  EXPECT_THAT(refusal_of({.type = T::kPositionalEncoding}, nullptr, {3, 8, 8}),
              HasSubstr("expects a sequence of [length, features], found [3, 8, 8]"));
  EXPECT_THAT(refusal_of({.type = T::kMultiHeadAttention}, nullptr, Signal({9}, Form::kTokens)),
              HasSubstr("put an embedding layer before it"));
}

TEST(Attention, does_not_look_ahead_where_the_next_token_is_to_be_said) {
  const LayerList list{.name = "decoder", .memory = &kMemory, .causal = true};
  Layer layer{.type = T::kMultiHeadAttention, .heads = 3, .where = "job.yaml:9:3"};
  EXPECT_EQ(infer_shapes({layer}, kSentence, list).status().to_string(),
            "job.yaml:9:3: decoder layer 1 (multi_head_attention) would see the tokens that the"
            " network is to say; write causal: true");
  for (const T type : {T::kMultiHeadAttention, T::kTransformerEncoder, T::kAttention}) {
    layer.type = type;
    layer.causal = false;
    EXPECT_FALSE(infer_shapes({layer}, kSentence, list));
    layer.causal = true;
    layer.pooled = false;
    EXPECT_TRUE(infer_shapes({layer}, kSentence, list));
  }
}

TEST(Attention, refuses_what_no_machine_holds) {
  const int64_t many = int64_t{1} << 27;
  EXPECT_THAT(refusal_of({.type = T::kMultiHeadAttention, .units = many, .heads = 1}),
              HasSubstr("too large"));
  EXPECT_THAT(refusal_of({.type = T::kTransformerEncoder, .heads = 1}, nullptr,
                         Signal({many, many}, Form::kSequence)),
              HasSubstr("too large"));
}

}  // namespace
}  // namespace howdah::model
