#include "model/layers.h"

#include <fmt/format.h>

#include "model/layer_types.h"
#include "model/layer_walk.h"

namespace howdah::model {
namespace {

// Writes down the shape of each layer that the walk comes to.
class ShapeVisitor {
 public:
  Result<Shape> apply(const Layer& layer, const LayerPlace& place, const Shape& input) {
    const LayerInference inference{layer, place};
    LayerShape shape = described(layer, place, input);
    HOWDAH_TRY(row_of(layer.type).infer(inference, shape));
    HOWDAH_TRY(inference.finish(shape));
    shapes_.push_back(std::move(shape));
    return shapes_.back().output;
  }
  Status enter(const Layer& layer, const LayerPlace& place, const Shape& input) {
    shapes_.push_back(described(layer, place, input));
    return Status::ok();
  }
  Result<Shape> merge(const Layer& layer, const LayerPlace& place,
                      const std::vector<Shape>& outputs) {
    const LayerInference inference{layer, place};
    LayerShape& shape = shapes_[static_cast<size_t>(place.number)];
    shape.output = HOWDAH_TRY(merge_shapes(inference, outputs));
    HOWDAH_TRY(inference.finish(shape));
    return shape.output;
  }
  std::vector<LayerShape> take() { return std::move(shapes_); }

 private:
  static LayerShape described(const Layer& layer, const LayerPlace& place, const Shape& input) {
    return {.input = input,
            .output = input,
            .name = place.name(),
            .type = layer.type,
            .depth = place.depth()};
  }
  std::vector<LayerShape> shapes_;
};

}  // namespace

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::string to_string(const Pair& pair) {
  return pair.rows == pair.columns ? std::to_string(pair.rows)
                                   : fmt::format("[{}, {}]", pair.rows, pair.columns);
}

std::string LayerPlace::name() const {
  if (within == nullptr) return std::to_string(index);
  if (block == LayerType::kParallel)
    return fmt::format("{}.branches.{}.{}", within->name(), branch, index);
  return fmt::format("{}.{}.{}", within->name(), branch == 0 ? "layers" : "shortcut", index);
}

std::string LayerPlace::text() const {
  if (within == nullptr) return fmt::format("layer {}", index + 1);
  if (block == LayerType::kParallel)
    return fmt::format("{}, branch {}, layer {}", within->text(), branch + 1, index + 1);
  return fmt::format("{}, {} {}", within->text(), branch == 0 ? "layer" : "shortcut", index + 1);
}

Result<std::vector<LayerShape>> infer_shapes(const std::vector<Layer>& layers, const Shape& input) {
  if (layers.empty()) return Status(Code::kInvalidArgument, "the network has no layer");
  for (const int64_t extent : input)
    if (extent < 1 || extent > kMaxExtent)
      return Status(Code::kInvalidArgument,
                    fmt::format("an input of {} is not possible", to_string(input)));
  if (input.empty()) return Status(Code::kInvalidArgument, "the input has no shape");
  if (elements(input) > kMaxElements)
    return Status(Code::kInvalidArgument,
                  fmt::format("an input of {} is too large", to_string(input)));
  ShapeVisitor visitor;
  HOWDAH_TRY(LayerWalk<Shape, ShapeVisitor>(visitor).through(layers, input));
  return visitor.take();
}

Result<std::vector<LayerShape>> infer_shapes(const std::vector<Layer>& layers, const Shape& input,
                                             int64_t classes) {
  auto shapes = HOWDAH_TRY(infer_shapes(layers, input));
  size_t last = shapes.size() - 1;
  while (shapes[last].depth > 0) --last;
  if (shapes[last].output != Shape{classes})
    return LayerInference{layers.back(), LayerPlace{.index = layers.size() - 1}}.error(
        fmt::format("is the last one and must give [{}], one value a class; it gives {}", classes,
                    to_string(shapes[last].output)));
  return shapes;
}

std::vector<std::string> parameter_names(const std::vector<LayerShape>& shapes) {
  std::vector<std::string> names;
  for (const LayerShape& shape : shapes)
    for (const LayerParameter& parameter : shape.trained)
      names.push_back(shape.name + "." + parameter.name);
  return names;
}

}  // namespace howdah::model
