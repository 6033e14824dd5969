#include "train/layout.h"

#include <algorithm>
#include <cmath>

#include "dataset/random.h"

namespace howdah::train {
namespace {

using model::Layer;
using model::LayerType;

// A bucket is closed at the first parameter that takes it to kBucketFloats; a parameter above
// kSplitFloats is cut, so that its parts travel side by side.
constexpr int64_t kBucketFloats = (1 << 20) / 4;
constexpr int64_t kSplitFloats = (4 << 20) / 4;

int64_t aligned(int64_t count) {
  return (count + kAlignment - 1) / kAlignment * kAlignment;
}

class LayoutBuilder {
 public:
  explicit LayoutBuilder(Layout& layout) : layout_(layout) {}

  void add(int number, const Layer& layer, const model::LayerShape& shape) {
    switch (layer.type) {
      case LayerType::kConv2d:
        add_linear(number, {layer.units, shape.input[0], layer.kernel, layer.kernel}, layer.bias);
        break;
      case LayerType::kDense:
        add_linear(number, {layer.units, shape.input[0]}, layer.bias);
        break;
      case LayerType::kBatchNorm2d:
        add_parameter(number, "weight", {shape.input[0]}).initial_value = 1;
        add_parameter(number, "bias", {shape.input[0]});
        add_buffer(number, "running_mean", shape.input[0], 0);
        add_buffer(number, "running_var", shape.input[0], 1);
        break;
      default:
        break;
    }
  }

  void cut_buckets() {
    int64_t end = layout_.gradients();
    for (auto parameter = layout_.parameters.rbegin(); parameter != layout_.parameters.rend();
         ++parameter) {
      while (end - parameter->offset > kSplitFloats) {
        layout_.buckets.push_back({end - kSplitFloats, end});
        end -= kSplitFloats;
      }
      if (end - parameter->offset >= kBucketFloats) {
        layout_.buckets.push_back({parameter->offset, end});
        end = parameter->offset;
      }
    }
    if (end > 0) layout_.buckets.push_back({0, end});
  }

 private:
  void add_linear(int number, const model::Shape& shape, bool bias) {
    int64_t fan_in = 1;
    for (size_t i = 1; i < shape.size(); ++i) fan_in *= shape[i];
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
    Parameter& weight = add_parameter(number, "weight", shape);
    weight.regularized = true;
    weight.initial_bound = bound;
    if (bias) add_parameter(number, "bias", {shape[0]}).initial_bound = bound;
  }

  Parameter& add_parameter(int number, const char* name, const model::Shape& shape) {
    Parameter parameter;
    parameter.name = std::to_string(number) + "." + name;
    parameter.shape = shape;
    parameter.layer = number;
    parameter.offset = layout_.weights;
    parameter.count = 1;
    for (const int64_t extent : shape) parameter.count *= extent;
    layout_.weights += aligned(parameter.count);
    return layout_.parameters.emplace_back(std::move(parameter));
  }

  void add_buffer(int number, const char* name, int64_t count, float initial_value) {
    layout_.buffers.push_back(
        {std::to_string(number) + "." + name, count, layout_.buffer_values, number, initial_value});
    layout_.buffer_values += count;
  }

  Layout& layout_;
};

}  // namespace

int64_t Layout::trainable() const {
  int64_t count = 0;
  for (const Parameter& parameter : parameters) count += parameter.count;
  return count;
}

Result<Layout> Layout::of(const model::Training& training) {
  const auto shapes =
      HOWDAH_TRY(model::infer_shapes(training.layers, training.input, training.classes));
  Layout layout;
  LayoutBuilder builder(layout);
  for (size_t i = 0; i < shapes.size(); ++i)
    builder.add(static_cast<int>(i), training.layers[i], shapes[i]);
  if (layout.parameters.empty())
    return Status(Code::kInvalidArgument, "the network has no parameter to train")
        .with_advice("add a dense or conv2d layer");
  builder.cut_buckets();
  return layout;
}

void initialize(const Layout& layout, uint64_t seed, std::span<float> weights,
                std::span<float> buffers) {
  std::fill(weights.begin(), weights.end(), 0.0F);
  for (size_t i = 0; i < layout.parameters.size(); ++i) {
    const Parameter& parameter = layout.parameters[i];
    const auto values = weights.subspan(static_cast<size_t>(parameter.offset),
                                        static_cast<size_t>(parameter.count));
    if (parameter.initial_bound == 0) {
      std::fill(values.begin(), values.end(), parameter.initial_value);
      continue;
    }
    dataset::SplitMix64 random(dataset::hash_of(seed, 0x77656967687473 /* "weights" */, i));
    for (float& value : values) {
      const double unit = static_cast<double>(random.next() >> 11) * 0x1p-53;  // in [0, 1)
      value = static_cast<float>((2 * unit - 1) * parameter.initial_bound);
    }
  }
  for (const Buffer& buffer : layout.buffers) {
    const auto values =
        buffers.subspan(static_cast<size_t>(buffer.offset), static_cast<size_t>(buffer.count));
    std::fill(values.begin(), values.end(), buffer.initial_value);
  }
}

}  // namespace howdah::train
