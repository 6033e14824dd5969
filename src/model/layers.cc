#include "model/layers.h"

#include <fmt/format.h>

#include "model/layer_types.h"
#include "model/layer_walk.h"

namespace howdah::model {
namespace {

// Writes down the shape of each layer that the walk comes to.
class ShapeVisitor {
 public:
  explicit ShapeVisitor(const LayerList& list) : list_(list) {}

  Result<Signal> apply(const Layer& layer, const LayerPlace& place, const Signal& input) {
    const LayerInference inference{layer, place, list_.memory, list_.causal};
    LayerShape shape = described(layer, place, input);
    HOWDAH_TRY(inference.takes(input));
    HOWDAH_TRY(row_of(layer.type).infer(inference, shape));
    if (!layer.share.empty()) HOWDAH_TRY(share(inference, shape));
    HOWDAH_TRY(inference.finish(shape));
    shapes_.push_back(std::move(shape));
    return Signal(shapes_.back().output, shapes_.back().output_form);
  }
  Status enter(const Layer& layer, const LayerPlace& place, const Signal& input) {
    shapes_.push_back(described(layer, place, input));
    return Status::ok();
  }
  Result<Signal> merge(const Layer& layer, const LayerPlace& place,
                       const std::vector<Signal>& outputs) {
    const LayerInference inference{layer, place, list_.memory, list_.causal};
    LayerShape& shape = shapes_[static_cast<size_t>(place.number - list_.first_number)];
    Signal merged = HOWDAH_TRY(merge_signals(inference, outputs));
    shape.output = merged.shape;
    shape.output_form = merged.form;
    HOWDAH_TRY(inference.finish(shape));
    return merged;
  }
  std::vector<LayerShape> take() { return std::move(shapes_); }

 private:
  static LayerShape described(const Layer& layer, const LayerPlace& place, const Signal& input) {
    return {.input = input.shape,
            .output = input.shape,
            .input_form = input.form,
            .output_form = input.form,
            .name = place.name(),
            .type = layer.type,
            .depth = place.depth()};
  }
  const LayerShape* find(const std::string& name) const {
    for (const std::vector<LayerShape>* shapes : {list_.before, &shapes_}) {
      if (shapes == nullptr) continue;
      for (const LayerShape& shape : *shapes)
        if (shape.name == name) return &shape;
    }
    return nullptr;
  }

  // The weight of an earlier layer in place of its own.
  Status share(const LayerInference& at, LayerShape& shape) const {
    const std::string& name = at.layer.share;
    const LayerShape* owner = find(name);
    const auto has_weight = [](const LayerShape& layer) {
      return !layer.trained.empty() && layer.trained[0].name == "weight";
    };
    if (!has_weight(shape)) return at.error("has no weight that could be shared");
    if (owner == nullptr)
      return at.error(
          fmt::format("shares the weight of layer '{}', which does not stand before it;"
                      " the first layer is '0'",
                      name));
    if (!has_weight(*owner))
      return at.error(
          fmt::format("shares the weight of layer '{}', which has none of its own", name));
    if (owner->trained[0].shape != shape.trained[0].shape)
      return at.error(fmt::format("shares the weight of layer '{}', expects one of {}, found {}",
                                  name, to_string(shape.trained[0].shape),
                                  to_string(owner->trained[0].shape)));
    shape.shared = name + ".weight";
    shape.trained.erase(shape.trained.begin());
    return Status::ok();
  }

  const LayerList& list_;
  std::vector<LayerShape> shapes_;
};

}  // namespace

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::string to_string(const Signal& signal) {
  switch (signal.form) {
    case Form::kTokens:
      return fmt::format("{} tokens", signal.shape.empty() ? 0 : signal.shape[0]);
    case Form::kSequence:
      return "a sequence of " + to_string(signal.shape);
    case Form::kValues:
      break;
  }
  return to_string(signal.shape);
}

std::string to_string(const Pair& pair) {
  return pair.rows == pair.columns ? std::to_string(pair.rows)
                                   : fmt::format("[{}, {}]", pair.rows, pair.columns);
}

std::string LayerPlace::name() const {
  if (within == nullptr)
    return list.empty() ? std::to_string(index) : fmt::format("{}.{}", list, index);
  if (block == LayerType::kParallel)
    return fmt::format("{}.branches.{}.{}", within->name(), branch, index);
  return fmt::format("{}.{}.{}", within->name(), branch == 0 ? "layers" : "shortcut", index);
}

std::string LayerPlace::text() const {
  if (within == nullptr)
    return fmt::format("{}{}layer {}", list, list.empty() ? "" : " ", index + 1);
  if (block == LayerType::kParallel)
    return fmt::format("{}, branch {}, layer {}", within->text(), branch + 1, index + 1);
  return fmt::format("{}, {} {}", within->text(), branch == 0 ? "layer" : "shortcut", index + 1);
}

Result<std::vector<LayerShape>> infer_shapes(const std::vector<Layer>& layers, const Signal& signal,
                                             const LayerList& list) {
  const Shape& input = signal.shape;
  if (layers.empty()) return Status(Code::kInvalidArgument, "the network has no layer");
  for (const int64_t extent : input)
    if (extent < 1 || extent > kMaxExtent)
      return Status(Code::kInvalidArgument,
                    fmt::format("an input of {} is not possible", to_string(input)));
  if (input.empty()) return Status(Code::kInvalidArgument, "the input has no shape");
  if (elements(input) > kMaxElements)
    return Status(Code::kInvalidArgument,
                  fmt::format("an input of {} is too large", to_string(input)));
  ShapeVisitor visitor(list);
  HOWDAH_TRY(LayerWalk<Signal, ShapeVisitor>(visitor).through(layers, signal, list));
  return visitor.take();
}

int layer_count(const std::vector<Layer>& layers) {
  int count = 0;
  for (const Layer& layer : layers) {
    ++count;
    for (const std::vector<Layer>& branch : layer.branches) count += layer_count(branch);
  }
  return count;
}

Signal output_of(const std::vector<LayerShape>& shapes) {
  size_t last = shapes.size() - 1;
  while (shapes[last].depth > 0) --last;
  return {shapes[last].output, shapes[last].output_form};
}

Result<std::vector<LayerShape>> infer_shapes(const std::vector<Layer>& layers, const Signal& input,
                                             int64_t classes) {
  auto shapes = HOWDAH_TRY(infer_shapes(layers, input));
  if (const Signal output = output_of(shapes); output != Signal({classes}))
    return LayerInference{layers.back(), LayerPlace{.index = layers.size() - 1}}.error(
        fmt::format("is the last one and must give [{}], one value a class; it gives {}", classes,
                    to_string(output)));
  return shapes;
}

std::vector<std::string> parameter_names(const std::vector<LayerShape>& shapes) {
  std::vector<std::string> names;
  for (const LayerShape& shape : shapes)
    for (const LayerParameter& parameter : shape.trained)
      names.push_back(shape.name_of(parameter.name));
  return names;
}

}  // namespace howdah::model
