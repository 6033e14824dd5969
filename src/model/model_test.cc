#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/layers.h"
#include "model/training.h"
#include "model/worker_environment.h"

namespace howdah::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Layer conv2d(int64_t units, int64_t kernel, int64_t padding) {
  return {.type = LayerType::kConv2d, .units = units, .kernel = kernel, .padding = padding};
}
Layer pool(int64_t kernel, int64_t stride, LayerType type = LayerType::kMaxPool2d) {
  return {.type = type, .kernel = kernel, .stride = stride};
}
Layer dense(int64_t units) {
  return {.type = LayerType::kDense, .units = units, .where = "job.yaml:12:7"};
}
Layer of(LayerType type) {
  return {.type = type};
}

TEST(InferShapes, follows_a_cnn_from_the_image_to_the_classes) {
  const auto shapes =
      infer_shapes({conv2d(32, 3, Layer::kSame), of(LayerType::kRelu), pool(2, 2),
                    of(LayerType::kBatchNorm2d), of(LayerType::kFlatten), dense(10)},
                   {1, 28, 28}, 10);
  ASSERT_TRUE(shapes.is_ok()) << shapes.status().to_string();
  EXPECT_THAT((*shapes)[0].output, ElementsAre(32, 28, 28));
  EXPECT_EQ((*shapes)[0].parameters, 32 * 9 + 32);
  EXPECT_THAT((*shapes)[2].output, ElementsAre(32, 14, 14));
  EXPECT_EQ((*shapes)[3].parameters, 64);
  EXPECT_THAT((*shapes)[4].output, ElementsAre(32 * 14 * 14));
  EXPECT_EQ((*shapes)[5].parameters, 32 * 14 * 14 * 10 + 10);
}

TEST(InferShapes, rounds_windows_down_as_pytorch_does) {
  Layer strided = conv2d(4, 3, 1);
  strided.stride = 2;
  strided.bias = false;
  const auto shapes =
      infer_shapes({strided, pool(3, 2, LayerType::kAveragePool2d), of(LayerType::kFlatten)},
                   {3, 28, 29}, 4 * 6 * 7);
  ASSERT_TRUE(shapes.is_ok()) << shapes.status().to_string();
  EXPECT_THAT((*shapes)[0].output, ElementsAre(4, 14, 15));
  EXPECT_EQ((*shapes)[0].parameters, 4 * 3 * 9);
  EXPECT_THAT((*shapes)[1].output, ElementsAre(4, 6, 7));
}

TEST(InferShapes, names_the_place_and_both_shapes_where_a_dense_layer_meets_an_image) {
  const auto shapes = infer_shapes({conv2d(8, 3, Layer::kSame), dense(10)}, {1, 28, 28}, 10);
  EXPECT_EQ(shapes.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(shapes.status().to_string(),
            "job.yaml:12:7: layer 2 (dense) expects an input of [features], found [8, 28, 28]; put"
            " a flatten layer before it");
}

TEST(InferShapes, refuses_a_last_layer_that_does_not_give_the_classes) {
  const auto shapes = infer_shapes({of(LayerType::kFlatten), dense(9)}, {1, 2, 2}, 10);
  EXPECT_EQ(shapes.status().to_string(),
            "job.yaml:12:7: layer 2 (dense) is the last one and must give [10], one value a class;"
            " it gives [9]");
}

TEST(InferShapes, refuses_impossible_layers_by_their_reason) {
  const auto message = [](Layer layer, Shape input = {1, 4, 4}) {
    return infer_shapes({std::move(layer)}, input, 10).status().message();
  };
  EXPECT_THAT(message(conv2d(0, 3, 0)), HasSubstr("needs units of at least 1, not 0"));
  EXPECT_THAT(message(conv2d(1, 5, 0)), HasSubstr("at least 5 x 5 values under its kernel, found"
                                                  " [1, 4, 4] with padding 0"));
  EXPECT_THAT(message(conv2d(1, 2, Layer::kSame)), HasSubstr("odd kernel and stride 1 only"));
  EXPECT_THAT(message(conv2d(1, 3, -2)), HasSubstr("padding of at least 0, not -2"));
  EXPECT_THAT(message(pool(2, 0)), HasSubstr("a stride of at least 1"));
  EXPECT_THAT(message(pool(2, 2), {16}), HasSubstr("expects an input of [channels, height, width],"
                                                   " found [16]"));
  Layer dropout = of(LayerType::kDropout);
  dropout.rate = 1;
  EXPECT_THAT(message(dropout), HasSubstr("rate must be in [0, 1), not 1"));
  EXPECT_THAT(message(dense(int64_t{1} << 40), {4}), HasSubstr("units"));
  EXPECT_THAT(message(dense(int64_t{1} << 27), {int64_t{1} << 27}), HasSubstr("too large"));
}

TEST(WorkerEnvironment, fixes_the_threads_and_keeps_waiting_ones_asleep) {
  auto environment = worker_environment(3);
  EXPECT_EQ(environment["OMP_NUM_THREADS"], "3");
  EXPECT_EQ(environment["OMP_WAIT_POLICY"], "PASSIVE");
  EXPECT_EQ(environment["MKL_DYNAMIC"], "FALSE");
  EXPECT_FALSE(environment.contains("ATEN_CPU_CAPABILITY"));
}

}  // namespace
}  // namespace howdah::model
