// Residual networks: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (2015).
#include <fmt/format.h>

#include <charconv>

#include "model/zoo.h"

namespace howdah::model {
namespace {

struct Stages {
  int64_t channels;         // of the first stage; each next one has twice as many
  std::vector<int> blocks;  // of each stage
  bool bottleneck = false;  // 1 x 1, 3 x 3, 1 x 1 with four times the channels
  bool large_images = true;
};

Stages stages_of(ZooType type) {
  if (type == ZooType::kResnet20) return {16, {3, 3, 3}, false, false};
  if (type == ZooType::kResnet18) return {64, {2, 2, 2, 2}};
  return {64, {3, 4, 6, 3}, true};
}

// A convolution without bias and its batch norm.
void add_convolution(std::vector<Layer>& layers, int64_t filters, int64_t kernel, int64_t stride) {
  layers.push_back({.type = LayerType::kConv2d,
                    .units = filters,
                    .kernel = kernel,
                    .stride = stride,
                    .padding = (kernel - 1) / 2,
                    .bias = false});
  layers.push_back({.type = LayerType::kBatchNorm2d});
}

Layer block(int64_t from, int64_t channels, int64_t stride, bool bottleneck) {
  const Layer relu{.type = LayerType::kRelu};
  const int64_t to = bottleneck ? 4 * channels : channels;
  std::vector<Layer> layers, shortcut;
  if (bottleneck) {
    add_convolution(layers, channels, 1, 1);
    layers.push_back(relu);
  }
  add_convolution(layers, channels, 3, stride);
  layers.push_back(relu);
  add_convolution(layers, to, bottleneck ? 1 : 3, 1);
  if (stride != 1 || from != to) add_convolution(shortcut, to, 1, stride);
  return {.type = LayerType::kResidual, .branches = {std::move(layers), std::move(shortcut)}};
}

// Where the first block stands: after convolution, batch norm, relu, and max pooling.
constexpr int kFirstBlock = 4;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Takes "4" off "4.layers.0.weight".
std::string_view take_word(std::string_view& rest) {
  const size_t dot = rest.find('.');
  const std::string_view word = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? "" : rest.substr(dot + 1);
  return word;
}

// "layer1.0" of the network's nth block.
std::optional<std::string> stage_name(const Stages& stages, int nth) {
  for (size_t stage = 0; stage < stages.blocks.size(); ++stage) {
    if (nth < stages.blocks[stage]) return fmt::format("layer{}.{}", stage + 1, nth);
    nth -= stages.blocks[stage];
  }
  return std::nullopt;
}

}  // namespace

std::vector<Layer> resnet_layers(ZooType type, int64_t classes) {
  const Stages stages = stages_of(type);
  const Layer relu{.type = LayerType::kRelu};
  std::vector<Layer> layers;
  add_convolution(layers, stages.channels, stages.large_images ? 7 : 3,
                  stages.large_images ? 2 : 1);
  layers.push_back(relu);
  if (stages.large_images)
    layers.push_back({.type = LayerType::kMaxPool2d, .kernel = 3, .stride = 2, .padding = 1});
  int64_t from = stages.channels;
  int64_t channels = stages.channels;
  for (size_t stage = 0; stage < stages.blocks.size(); ++stage) {
    for (int i = 0; i < stages.blocks[stage]; ++i) {
      layers.push_back(block(from, channels, stage > 0 && i == 0 ? 2 : 1, stages.bottleneck));
      layers.push_back(relu);
      from = stages.bottleneck ? 4 * channels : channels;
    }
    channels *= 2;
  }
  layers.push_back({.type = LayerType::kGlobalAveragePool});
  layers.push_back({.type = LayerType::kDense, .units = classes});
  return layers;
}

std::optional<std::string> torchvision_name(ZooType type, std::string_view name) {
  if (type != ZooType::kResnet18 && type != ZooType::kResnet50) return std::nullopt;
  const Stages stages = stages_of(type);
  const auto layer = number(take_word(name));
  if (!layer || name.empty()) return std::nullopt;
  int blocks = 0;
  for (const int count : stages.blocks) blocks += count;
  if (*layer == 0) return fmt::format("conv1.{}", name);
  if (*layer == 1) return fmt::format("bn1.{}", name);
  if (*layer == kFirstBlock + 2 * blocks + 1) return fmt::format("fc.{}", name);
  if (*layer < kFirstBlock || (*layer - kFirstBlock) % 2 != 0) return std::nullopt;
  const auto stage = stage_name(stages, (*layer - kFirstBlock) / 2);
  const std::string_view list = take_word(name);
  const auto inner = number(take_word(name));
  if (!stage || !inner || *inner < 0 || *inner > 7 || name.empty()) return std::nullopt;
  if (list == "shortcut") return fmt::format("{}.downsample.{}.{}", *stage, *inner, name);
  if (list != "layers" || *inner % 3 == 2) return std::nullopt;
  return fmt::format("{}.{}{}.{}", *stage, *inner % 3 == 0 ? "conv" : "bn", *inner / 3 + 1, name);
}

}  // namespace howdah::model
