#include "model/summary.h"

#include <gtest/gtest.h>

namespace howdah::model {
namespace {

TEST(Summary, adds_up_what_the_layers_of_a_block_cost_once) {
  const Layer convolution{.type = LayerType::kConv2d, .units = 2, .kernel = 3, .padding = 1};
  const std::vector<Layer> layers = {
      {.type = LayerType::kResidual, .branches = {{convolution}, {}}},
      {.type = LayerType::kFlatten},
      {.type = LayerType::kDense, .units = 3}};
  const Summary summary = summarize(layers, {2, 4, 4}, 3).value();
  ASSERT_EQ(summary.rows.size(), 4U);
  EXPECT_EQ(summary.rows[0].parameters, 0);
  EXPECT_EQ(summary.rows[0].memory_bytes, 4 * 32);  // the sum
  EXPECT_EQ(summary.rows[1].name, "0.layers.0");
  EXPECT_EQ(summary.rows[1].type, "conv2d");
  EXPECT_EQ(summary.rows[1].depth, 1);
  EXPECT_EQ(summary.rows[1].multiply_adds, 2 * 2 * 9 * 16);
  EXPECT_EQ(summary.rows[2].memory_bytes, 0);  // the same values in another form
  EXPECT_EQ(summary.parameters, 38 + 99);
  EXPECT_EQ(summary.multiply_adds, 576 + 96);
  EXPECT_EQ(summary.memory_bytes, 4 * (32 + 32 + 3));
}

TEST(Summary, checks_the_classes_only_where_they_are_known) {
  const std::vector<Layer> layers = {{.type = LayerType::kDense, .units = 3}};
  EXPECT_TRUE(summarize(layers, {4}, 0));
  EXPECT_EQ(summarize(layers, {4}, 5).status().code(), Code::kInvalidArgument);
}

TEST(Summary, refuses_figures_that_cannot_be_added_up) {
  const std::vector<Layer> layers(
      3, {.type = LayerType::kConv1d, .units = 256, .kernel = 1048575, .padding = 524287});
  EXPECT_EQ(summarize(layers, {256, int64_t{1} << 26}, 0).status().message(),
            "the network is too large to be summed up");
}

}  // namespace
}  // namespace howdah::model
