#include "train/layout.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "dataset/random.h"

namespace howdah::train {
namespace {

// A bucket is closed at the first parameter that takes it to kBucketFloats; a parameter above
// kSplitFloats is cut, so that its parts travel side by side.
constexpr int64_t kBucketFloats = (1 << 20) / 4;
constexpr int64_t kSplitFloats = (4 << 20) / 4;

int64_t aligned(int64_t count) {
  return (count + kAlignment - 1) / kAlignment * kAlignment;
}

double unit(dataset::SplitMix64& random) {  // in [0, 1)
  return static_cast<double>(random.next() >> 11) * 0x1p-53;
}

void draw_uniform(dataset::SplitMix64& random, double bound, std::span<float> values) {
  for (float& value : values) value = static_cast<float>((2 * unit(random) - 1) * bound);
}

// Box and Muller (1958), in double: two draws an element, so that each depends on its number alone.
void draw_normal(dataset::SplitMix64& random, double deviation, std::span<float> values) {
  for (float& value : values) {
    const double radius = std::sqrt(-2 * std::log(1 - unit(random)));
    value = static_cast<float>(deviation * radius * std::cos(2 * std::numbers::pi * unit(random)));
  }
}

class LayoutBuilder {
 public:
  LayoutBuilder(const model::Optimizer& optimizer, Layout& layout)
      : optimizer_(optimizer), layout_(layout) {}

  void add(int number, const model::LayerShape& layer) {
    bool frozen = false;
    for (size_t i = 0; i < layout_.parameters.size(); ++i)
      if (layout_.parameters[i].name == layer.shared) layout_.shared.push_back({number, i});
    for (const model::LayerParameter& trained : layer.trained) {
      Parameter parameter{.name = layer.name_of(trained.name),
                          .shape = trained.shape,
                          .offset = layout_.weights,
                          .count = 1,
                          .layer = number,
                          .regularized = trained.regularized,
                          .initial_bound = trained.initial_bound,
                          .initial_value = trained.initial_value,
                          .initial_deviation = trained.initial_deviation,
                          .initial_zeros = trained.initial_zeros,
                          .frozen = trained.frozen};
      for (const int64_t extent : trained.shape) parameter.count *= extent;
      layout_.weights += aligned(parameter.count);
      const model::ParameterGroup* group = model::group_of(optimizer_, parameter.name);
      frozen |= group != nullptr && group->freeze_statistics;
      parameter.frozen |= group != nullptr && group->freeze;
      layout_.parameters.push_back(std::move(parameter));
    }
    for (const model::LayerBuffer& buffer : layer.buffers) {
      int64_t count = 1;
      for (const int64_t extent : buffer.shape) count *= extent;
      layout_.buffers.push_back({layer.name_of(buffer.name), buffer.shape, count,
                                 layout_.buffer_values, number, buffer.initial_value, frozen});
      layout_.buffer_values += count;
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
  const model::Optimizer& optimizer_;
  Layout& layout_;
};

}  // namespace

int64_t Layout::trainable() const {
  int64_t count = 0;
  for (const Parameter& parameter : parameters) count += parameter.count;
  return count;
}

Result<Layout> Layout::of(const model::Training& training) {
  const auto shapes = HOWDAH_TRY(model::infer_network(training));
  Layout layout;
  LayoutBuilder builder(training.optimizer, layout);
  for (size_t i = 0; i < shapes.size(); ++i) builder.add(static_cast<int>(i), shapes[i]);
  if (layout.parameters.empty())
    return Status(Code::kInvalidArgument, "the network has no parameter to train")
        .with_advice("add a dense or convolution layer");
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
    dataset::SplitMix64 random(dataset::hash_of(seed, 0x77656967687473 /* "weights" */, i));
    if (parameter.initial_deviation != 0)
      draw_normal(random, parameter.initial_deviation, values);
    else if (parameter.initial_bound != 0)
      draw_uniform(random, parameter.initial_bound, values);
    else
      std::fill(values.begin(), values.end(), parameter.initial_value);
    std::fill_n(values.begin(), parameter.initial_zeros, 0.0F);
  }
  for (const Buffer& buffer : layout.buffers) {
    const auto values =
        buffers.subspan(static_cast<size_t>(buffer.offset), static_cast<size_t>(buffer.count));
    std::fill(values.begin(), values.end(), buffer.initial_value);
  }
}

}  // namespace howdah::train
