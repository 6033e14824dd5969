#include "model/layer_inference.h"

#include <fmt/format.h>

#include <cmath>

#include "model/layer_types.h"

namespace howdah::model {

int64_t elements(const Shape& shape) {
  int64_t product = 1;
  for (const int64_t extent : shape)
    if (__builtin_mul_overflow(product, extent, &product)) return INT64_MAX;
  return product;
}

Status LayerInference::error(const std::string& text) const {
  return Status(Code::kInvalidArgument,
                fmt::format("{} ({}) {}", place.text(), layer_type_name(layer.type), text))
      .with_peer(layer.where);
}

Status LayerInference::too_large(const Shape& output) const {
  return error(fmt::format("is too large: its output would be {}", to_string(output)));
}

Status LayerInference::positive(std::string_view name, int64_t value) const {
  if (value >= 1 && value <= kMaxExtent) return Status::ok();
  return error(fmt::format("needs {} of at least 1, not {}", name, value));
}

Status LayerInference::positive(std::string_view name, const Pair& pair) const {
  HOWDAH_TRY(positive(name, pair.rows));
  return positive(name, pair.columns);
}

Status LayerInference::expect(bool holds, std::string_view input, const Shape& found) const {
  if (holds) return Status::ok();
  return error(fmt::format("expects an input of {}, found {}", input, to_string(found)));
}

Status LayerInference::want_image(const Shape& input) const {
  if (row_of(layer.type).one_dimension)
    return expect(input.size() == 2, "[channels, length]", input);
  return expect(input.size() == 3, "[channels, height, width]", input);
}

Status LayerInference::takes(const Signal& input) const {
  const Takes takes = row_of(layer.type).takes;
  if (input.form == Form::kTokens && takes != Takes::kTokens)
    return error(fmt::format("expects values, found {}; put an embedding layer before it",
                             to_string(input)));
  if (input.form != Form::kTokens && takes == Takes::kTokens)
    return error("expects tokens of a text, found " + to_string(input));
  if (input.form == Form::kSequence && takes == Takes::kValues)
    return error(fmt::format("expects values of a fixed shape, found {}; {}", to_string(input),
                             layer.type == LayerType::kBatchNorm1d
                                 ? "take layer_norm, which looks at each step by itself"
                                 : "put a global_average_pool or global_max_pool layer before it"));
  if (input.form == Form::kValues && takes == Takes::kSequence)
    return error("expects a sequence of [length, features], found " + to_string(input));
  return Status::ok();
}

Result<Shape> LayerInference::memory_sequence() const {
  if (memory == nullptr)
    return error("looks at what an encoder gives, so its place is in 'model.decoder'");
  if (memory->form != Form::kSequence)
    return error("expects an encoder that gives a sequence of [length, features], found " +
                 to_string(*memory));
  return memory->shape;
}

Status LayerInference::looks_ahead(const std::string& advice) const {
  if (!causal) return Status::ok();
  return error("would see the tokens that the network is to say; " + advice);
}

Status LayerInference::finish(LayerShape& shape) const {
  for (const int64_t extent : shape.output)
    if (extent > kMaxExtent) return too_large(shape.output);
  if (elements(shape.output) > kMaxElements) return too_large(shape.output);
  for (const LayerParameter& parameter : shape.trained) {
    const int64_t count = elements(parameter.shape);
    if (count > kMaxElements) return too_large(shape.output);
    shape.parameters += count;
  }
  return Status::ok();
}

void add_linear(LayerShape& shape, const Shape& weight, bool bias) {
  const int64_t fan_in = elements(Shape(weight.begin() + 1, weight.end()));
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  shape.trained.push_back(
      {.name = "weight", .shape = weight, .regularized = true, .initial_bound = bound});
  if (bias) shape.trained.push_back({.name = "bias", .shape = {weight[0]}, .initial_bound = bound});
}

void add_scale(LayerShape& shape, const Shape& scale) {
  shape.trained.push_back({.name = "weight", .shape = scale, .initial_value = 1});
  shape.trained.push_back({.name = "bias", .shape = scale});
}

}  // namespace howdah::model
