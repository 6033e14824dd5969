// Dense layers, and those that change the form only.
#include <fmt/format.h>

#include "model/layer_inference.h"

namespace howdah::model {

// On the only dimension: which of several is meant would be a guess. On a sequence: each step by
// itself.
Status infer_dense(const LayerInference& at, LayerShape& shape) {
  const Layer& layer = at.layer;
  HOWDAH_TRY(at.positive("units", layer.units));
  const bool steps = shape.input_form == Form::kSequence;
  if (!steps && shape.input.size() != 1)
    return at.error(
        fmt::format("expects an input of [features], found {}; put a flatten layer"
                    " before it",
                    to_string(shape.input)));
  const int64_t features = shape.input.back();
  shape.output.back() = layer.units;
  add_linear(shape, {layer.units, features}, layer.bias);
  shape.multiply_adds = features * layer.units;
  if (steps && __builtin_mul_overflow(shape.multiply_adds, shape.input[0], &shape.multiply_adds))
    return at.too_large(shape.output);
  return Status::ok();
}

Status infer_dropout(const LayerInference& at, LayerShape&) {
  if (at.layer.rate >= 0 && at.layer.rate < 1) return Status::ok();
  return at.error(fmt::format("rate must be in [0, 1), not {}", at.layer.rate));
}

Status infer_flatten(const LayerInference&, LayerShape& shape) {
  shape.output = {elements(shape.input)};
  return Status::ok();
}

Status infer_reshape(const LayerInference& at, LayerShape& shape) {
  if (at.layer.shape.empty()) return at.error("needs a shape of at least one extent");
  int64_t known = 1;
  int64_t* open = nullptr;
  shape.output = at.layer.shape;
  for (int64_t& extent : shape.output) {
    if (extent == -1 && open == nullptr) {
      open = &extent;
      continue;
    }
    HOWDAH_TRY(at.positive("extents", extent));
    if (__builtin_mul_overflow(known, extent, &known)) return at.too_large(at.layer.shape);
  }
  const int64_t count = elements(shape.input);
  if (open != nullptr ? count % known != 0 : count != known)
    return at.error(fmt::format("to {} expects {}{} values, found {} in {}",
                                to_string(at.layer.shape), open ? "a multiple of " : "", known,
                                count, to_string(shape.input)));
  if (open != nullptr) *open = count / known;
  return Status::ok();
}

}  // namespace howdah::model
