#include "model/layers.h"

#include <fmt/format.h>

namespace howdah::model {
namespace {

// Far above what fits a machine, far below where products of two overflow.
constexpr int64_t kMaxExtent = int64_t{1} << 28;
constexpr int64_t kMaxElements = int64_t{1} << 36;

// One layer of the network and how to speak of it.
class LayerCheck {
 public:
  LayerCheck(const Layer& layer, size_t number) : layer_(layer), number_(number) {}

  Result<LayerShape> infer(const Shape& input) const {
    LayerShape shape{input, input, 0};
    switch (layer_.type) {
      case LayerType::kConv2d:
        HOWDAH_TRY(convolve(shape));
        break;
      case LayerType::kMaxPool2d:
      case LayerType::kAveragePool2d:
        HOWDAH_TRY(pool(shape));
        break;
      case LayerType::kBatchNorm2d:
        HOWDAH_TRY(want_image(input));
        shape.parameters = 2 * input[0];
        break;
      case LayerType::kDense:
        HOWDAH_TRY(dense(shape));
        break;
      case LayerType::kFlatten:
        shape.output = {elements(input)};
        break;
      case LayerType::kDropout:
        if (!(layer_.rate >= 0 && layer_.rate < 1))
          return error(fmt::format("rate must be in [0, 1), not {}", layer_.rate));
        break;
      case LayerType::kRelu:
      case LayerType::kGelu:
      case LayerType::kTanh:
      case LayerType::kSigmoid:
        break;
    }
    for (const int64_t extent : shape.output)
      if (extent > kMaxExtent) return too_large(shape.output);
    if (elements(shape.output) > kMaxElements || shape.parameters > kMaxElements)
      return too_large(shape.output);
    return shape;
  }

  Status error(const std::string& text) const {
    return Status(Code::kInvalidArgument,
                  fmt::format("layer {} ({}) {}", number_, layer_type_name(layer_.type), text))
        .with_peer(layer_.where);
  }

 private:
  // Saturates above the limit: three extents of 2^28 would overflow.
  static int64_t elements(const Shape& shape) {
    int64_t product = 1;
    for (const int64_t extent : shape)
      if (__builtin_mul_overflow(product, extent, &product)) return INT64_MAX;
    return product;
  }
  Status too_large(const Shape& output) const {
    return error(fmt::format("is too large: its output would be {}", to_string(output)));
  }
  Status positive(std::string_view name, int64_t value) const {
    if (value >= 1 && value <= kMaxExtent) return Status::ok();
    return error(fmt::format("needs {} of at least 1, not {}", name, value));
  }
  Status want_image(const Shape& input) const {
    if (input.size() == 3) return Status::ok();
    return error(
        fmt::format("expects an input of [channels, height, width], found {}", to_string(input)));
  }

  Status window(LayerShape& shape, int64_t channels, int64_t padding) const {
    const int64_t height = shape.input[1] + 2 * padding;
    const int64_t width = shape.input[2] + 2 * padding;
    if (layer_.kernel > height || layer_.kernel > width)
      return error(
          fmt::format("expects at least {0} x {0} values under its kernel, found {1}"
                      " with padding {2}",
                      layer_.kernel, to_string(shape.input), padding));
    shape.output = {channels, (height - layer_.kernel) / layer_.stride + 1,
                    (width - layer_.kernel) / layer_.stride + 1};
    return Status::ok();
  }

  Status convolve(LayerShape& shape) const {
    HOWDAH_TRY(want_image(shape.input));
    HOWDAH_TRY(positive("units", layer_.units));
    HOWDAH_TRY(positive("a kernel", layer_.kernel));
    HOWDAH_TRY(positive("a stride", layer_.stride));
    int64_t padding = layer_.padding;
    if (padding == Layer::kSame) {
      if (layer_.kernel % 2 == 0 || layer_.stride != 1)
        return error(
            fmt::format("keeps its size (padding: same) with an odd kernel and stride 1"
                        " only, not with kernel {} and stride {}",
                        layer_.kernel, layer_.stride));
      padding = (layer_.kernel - 1) / 2;
    }
    if (padding < 0 || padding > kMaxExtent)
      return error(fmt::format("needs a padding of at least 0, not {}", padding));
    HOWDAH_TRY(window(shape, layer_.units, padding));
    int64_t count = layer_.kernel;
    for (const int64_t factor : {layer_.kernel, shape.input[0], layer_.units})
      if (__builtin_mul_overflow(count, factor, &count)) return too_large(shape.output);
    shape.parameters = count + (layer_.bias ? layer_.units : 0);
    return Status::ok();
  }

  Status pool(LayerShape& shape) const {
    HOWDAH_TRY(want_image(shape.input));
    HOWDAH_TRY(positive("a kernel", layer_.kernel));
    HOWDAH_TRY(positive("a stride", layer_.stride));
    if (layer_.padding < 0 || layer_.padding > layer_.kernel / 2)
      return error(fmt::format(
          "needs a padding between 0 and half its kernel ({}), not {}", layer_.kernel / 2,
          layer_.padding == Layer::kSame ? "same" : std::to_string(layer_.padding)));
    return window(shape, shape.input[0], layer_.padding);
  }

  Status dense(LayerShape& shape) const {
    HOWDAH_TRY(positive("units", layer_.units));
    if (shape.input.size() != 1)
      return error(
          fmt::format("expects an input of [features], found {}; put a flatten layer"
                      " before it",
                      to_string(shape.input)));
    shape.output = {layer_.units};
    shape.parameters = shape.input[0] * layer_.units + (layer_.bias ? layer_.units : 0);
    return Status::ok();
  }

  const Layer& layer_;
  size_t number_;
};

}  // namespace

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::string_view layer_type_name(LayerType type) {
  switch (type) {
    case LayerType::kConv2d:
      return "conv2d";
    case LayerType::kMaxPool2d:
      return "max_pool2d";
    case LayerType::kAveragePool2d:
      return "average_pool2d";
    case LayerType::kBatchNorm2d:
      return "batch_norm2d";
    case LayerType::kDense:
      return "dense";
    case LayerType::kFlatten:
      return "flatten";
    case LayerType::kDropout:
      return "dropout";
    case LayerType::kRelu:
      return "relu";
    case LayerType::kGelu:
      return "gelu";
    case LayerType::kTanh:
      return "tanh";
    case LayerType::kSigmoid:
      return "sigmoid";
  }
  return "unknown";
}

Result<std::vector<LayerShape>> infer_shapes(const std::vector<Layer>& layers, const Shape& input,
                                             int64_t classes) {
  if (layers.empty()) return Status(Code::kInvalidArgument, "the network has no layer");
  for (const int64_t extent : input)
    if (extent < 1 || extent > kMaxExtent)
      return Status(Code::kInvalidArgument,
                    fmt::format("an input of {} is not possible", to_string(input)));
  if (input.empty()) return Status(Code::kInvalidArgument, "the input has no shape");

  std::vector<LayerShape> shapes;
  Shape flowing = input;
  for (size_t i = 0; i < layers.size(); ++i) {
    shapes.push_back(HOWDAH_TRY(LayerCheck(layers[i], i + 1).infer(flowing)));
    flowing = shapes.back().output;
  }
  if (flowing != Shape{classes})
    return LayerCheck(layers.back(), layers.size())
        .error(fmt::format("is the last one and must give [{}], one value a class; it gives {}",
                           classes, to_string(flowing)));
  return shapes;
}

}  // namespace howdah::model
