#include "model/layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "model/layer_types.h"

namespace howdah::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Layer kRelu{.type = LayerType::kRelu};
const Layer kPool{.type = LayerType::kMaxPool2d, .kernel = 2, .stride = 2};

Layer convolution(int64_t filters, int64_t stride = 1) {
  return {.type = LayerType::kConv2d,
          .units = filters,
          .kernel = 3,
          .stride = stride,
          .padding = 1,
          .where = "job.yaml:9:3"};
}
Layer residual(std::vector<Layer> layers, std::vector<Layer> shortcut = {}) {
  return {.type = LayerType::kResidual,
          .branches = {std::move(layers), std::move(shortcut)},
          .where = "job.yaml:8:3"};
}
Layer parallel(std::vector<std::vector<Layer>> branches) {
  return {.type = LayerType::kParallel, .branches = std::move(branches)};
}

Shape output_of(const Layer& layer, const Shape& input) {
  const auto shapes = infer_shapes({layer}, input);
  EXPECT_TRUE(shapes) << shapes.status().to_string();
  return shapes ? shapes->front().output : Shape{};
}
std::string refusal_of(const Layer& layer, const Shape& input) {
  const auto shapes = infer_shapes({layer}, input);
  EXPECT_EQ(shapes.status().code(), Code::kInvalidArgument);
  return shapes.status().to_string();
}

TEST(LayerTypes, stand_in_the_order_of_their_values_and_have_a_name_each) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < layer_types().size(); ++i) {
    EXPECT_EQ(static_cast<size_t>(layer_types()[i].type), i);
    names.insert(layer_types()[i].name);
  }
  EXPECT_EQ(names.size(), layer_types().size());
  EXPECT_EQ(layer_types().back().type, LayerType::kParallel);
}

TEST(LayerNames, are_pytorchs_and_blocks_stand_before_what_they_hold) {
  const auto shapes =
      infer_shapes({convolution(4), residual({convolution(4), kRelu}, {convolution(4)}),
                    parallel({{kRelu}, {residual({convolution(4)})}})},
                   {3, 8, 8});
  ASSERT_TRUE(shapes) << shapes.status().to_string();
  std::vector<std::string> names;
  for (const LayerShape& shape : *shapes) names.push_back(shape.name);
  EXPECT_THAT(names, ElementsAre("0", "1", "1.layers.0", "1.layers.1", "1.shortcut.0", "2",
                                 "2.branches.0.0", "2.branches.1.0", "2.branches.1.0.layers.0"));
  EXPECT_EQ((*shapes)[8].depth, 2);
  EXPECT_THAT((*shapes)[5].output, ElementsAre(8, 8, 8));
  EXPECT_EQ((*shapes)[1].parameters, 0);
  EXPECT_EQ((*shapes)[2].parameters, 4 * 4 * 9 + 4);
}

TEST(InferShapes, takes_windows_that_are_no_squares) {
  Layer layer = convolution(6);
  layer.kernel = {3, 5};
  layer.stride = {2, 1};
  layer.padding = {0, 2};
  layer.dilation = {2, 1};
  layer.groups = 2;
  const auto shapes = infer_shapes({layer}, {4, 9, 10}).value();
  EXPECT_THAT(shapes[0].output, ElementsAre(6, 3, 10));
  EXPECT_THAT(shapes[0].trained[0].shape, ElementsAre(6, 2, 3, 5));
  EXPECT_EQ(shapes[0].parameters, 6 * 2 * 15 + 6);
  EXPECT_EQ(shapes[0].multiply_adds, 6 * 2 * 15 * 3 * 10);
}

TEST(InferShapes, counts_a_last_window_in_ceil_mode_only_where_it_begins_inside) {
  Layer pool{.type = LayerType::kMaxPool1d, .kernel = 3, .stride = 3, .ceil_mode = true};
  EXPECT_THAT(output_of(pool, {2, 10}), ElementsAre(2, 4));
  pool.ceil_mode = false;
  EXPECT_THAT(output_of(pool, {2, 10}), ElementsAre(2, 3));
  pool = {.type = LayerType::kMaxPool1d, .kernel = 2, .stride = 3, .padding = 1, .ceil_mode = true};
  EXPECT_THAT(output_of(pool, {2, 5}), ElementsAre(2, 2));  // the third would begin in the padding
}

TEST(InferShapes, changes_the_form_of_values_without_losing_any) {
  EXPECT_THAT(output_of({.type = LayerType::kReshape, .shape = {6, -1}}, {3, 4, 5}),
              ElementsAre(6, 10));
  EXPECT_EQ(refusal_of({.type = LayerType::kReshape, .shape = {7, -1}}, {3, 4, 5}),
            "layer 1 (reshape) to [7, -1] expects a multiple of 7 values, found 60 in [3, 4, 5]");
  EXPECT_THAT(refusal_of({.type = LayerType::kReshape, .shape = {6, 11}}, {3, 4, 5}),
              HasSubstr("expects 66 values, found 60"));
  EXPECT_THAT(refusal_of({.type = LayerType::kReshape, .shape = {-1, -1}}, {4}),
              HasSubstr("extents of at least 1, not -1"));
  EXPECT_THAT(output_of({.type = LayerType::kGlobalAveragePool}, {3, 4, 5}), ElementsAre(3));
  EXPECT_THAT(output_of({.type = LayerType::kAdaptiveAveragePool2d, .kernel = {2, 7}}, {3, 4, 5}),
              ElementsAre(3, 2, 7));
}

TEST(InferShapes, refuses_what_a_layer_cannot_take_by_its_reason) {
  Layer groups = convolution(6);
  groups.groups = 4;
  EXPECT_EQ(refusal_of(groups, {8, 5, 5}),
            "job.yaml:9:3: layer 1 (conv2d) divides its 6 filters and the 8 channels of its input"
            " [8, 5, 5] into 4 groups, which does not come out even");
  EXPECT_THAT(refusal_of({.type = LayerType::kConv1d, .units = 1, .kernel = 3}, {3, 8, 8}),
              HasSubstr("expects an input of [channels, length], found [3, 8, 8]"));
  EXPECT_THAT(refusal_of({.type = LayerType::kBatchNorm1d}, {3, 8, 8}),
              HasSubstr("[features] or [channels, length]"));
  EXPECT_THAT(refusal_of({.type = LayerType::kLayerNorm}, {3, 8, 8}),
              HasSubstr("write dimensions: 3 for all of them"));
  EXPECT_THAT(refusal_of({.type = LayerType::kLayerNorm, .dimensions = 4}, {3, 8, 8}),
              HasSubstr("at least 4 dimensions, found [3, 8, 8]"));
  EXPECT_THAT(refusal_of({.type = LayerType::kGroupNorm, .groups = 2}, {3, 8, 8}),
              HasSubstr("channels that 2 groups divide, found [3, 8, 8]"));
  EXPECT_THAT(refusal_of({.type = LayerType::kSoftmax, .axis = 2}, {3}),
              HasSubstr("goes along axis 2, which its input [3] does not have"));
  EXPECT_THAT(refusal_of({.type = LayerType::kHardTanh, .least = 1, .most = 1}, {3}),
              HasSubstr("a min below its max"));
  const int64_t many = int64_t{1} << 27;
  EXPECT_THAT(refusal_of({.type = LayerType::kReshape, .shape = {many, many, many}}, {3}),
              HasSubstr("too large"));
}

TEST(InferShapes, says_which_part_of_a_block_does_not_fit) {
  EXPECT_EQ(refusal_of(residual({convolution(8)}), {3, 8, 8}),
            "job.yaml:8:3: layer 1 (residual) adds its shortcut to its layers, expects [8, 8, 8]"
            " of the input, found [3, 8, 8]; give a shortcut that changes the shape, such as conv2d"
            " with kernel 1");
  EXPECT_THAT(refusal_of(residual({convolution(8, 2)}, {convolution(8)}), {3, 8, 8}),
              HasSubstr("expects [8, 4, 4] of the shortcut, found [8, 8, 8]"));
  EXPECT_EQ(refusal_of(parallel({{kRelu}, {kPool, residual({kRelu, convolution(0)})}}), {3, 8, 8}),
            "job.yaml:9:3: layer 1, branch 2, layer 2, layer 2 (conv2d) needs units of at least 1,"
            " not 0");
  EXPECT_THAT(refusal_of(parallel({{kRelu}, {kPool}}), {3, 8, 8}),
              HasSubstr("joins its branches along axis 1, expects [3, 8, 8] of branch 2 but along"
                        " that axis, found [3, 4, 4]"));
  Layer sum = parallel({{kRelu}, {convolution(4)}});
  sum.concat = false;
  EXPECT_THAT(refusal_of(sum, {3, 8, 8}),
              HasSubstr("adds its branches, expects [3, 8, 8] of branch 2, found [4, 8, 8]"));
  EXPECT_THAT(refusal_of(parallel({}), {3}), HasSubstr("needs at least one branch"));
  EXPECT_THAT(refusal_of(residual({}), {3}), HasSubstr("needs layers"));
}

TEST(InferShapes, checks_the_classes_where_the_last_layer_is_a_block) {
  const std::vector<Layer> layers = {residual({{.type = LayerType::kDense, .units = 4}})};
  EXPECT_TRUE(infer_shapes(layers, {4}, 4));
  EXPECT_EQ(infer_shapes(layers, {4}, 3).status().to_string(),
            "job.yaml:8:3: layer 1 (residual) is the last one and must give [3], one value a class;"
            " it gives [4]");
}

}  // namespace
}  // namespace howdah::model
