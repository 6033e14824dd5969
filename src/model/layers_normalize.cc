// Layers that normalize what flows through them.
#include <fmt/format.h>

#include "model/layer_inference.h"

namespace howdah::model {
namespace {

Status good_epsilon(const LayerInference& at) {
  if (at.layer.epsilon > 0 && at.layer.epsilon < 1) return Status::ok();
  return at.error(fmt::format("needs an epsilon in (0, 1), not {}", at.layer.epsilon));
}

}  // namespace

Status infer_batch_norm(const LayerInference& at, LayerShape& shape) {
  const Shape& input = shape.input;
  if (at.layer.type == LayerType::kBatchNorm1d)
    HOWDAH_TRY(at.expect(input.size() <= 2, "[features] or [channels, length]", input));
  else
    HOWDAH_TRY(at.want_image(input));
  HOWDAH_TRY(good_epsilon(at));
  if (!(at.layer.momentum >= 0 && at.layer.momentum <= 1))
    return at.error(fmt::format("needs a momentum in [0, 1], not {}", at.layer.momentum));
  add_scale(shape, {input[0]});
  shape.buffers = {{"running_mean", {input[0]}, 0}, {"running_var", {input[0]}, 1}};
  return Status::ok();
}

Status infer_layer_norm(const LayerInference& at, LayerShape& shape) {
  HOWDAH_TRY(good_epsilon(at));
  const bool steps = shape.input_form == Form::kSequence;  // each by itself: its features
  const int64_t rank = steps ? 1 : static_cast<int64_t>(shape.input.size());
  if (at.layer.dimensions == 0 && rank != 1)
    return at.error(
        fmt::format("must say over how many of the last dimensions of {} it goes;"
                    " write dimensions: {} for all of them",
                    to_string(shape.input), rank));
  const int64_t dimensions = at.layer.dimensions == 0 ? 1 : at.layer.dimensions;
  if (dimensions < 1 || dimensions > rank)
    return at.error(fmt::format("expects an input of at least {} dimensions, found {}", dimensions,
                                to_string(shape.input)));
  add_scale(shape, Shape(shape.input.end() - dimensions, shape.input.end()));
  return Status::ok();
}

Status infer_group_norm(const LayerInference& at, LayerShape& shape) {
  HOWDAH_TRY(good_epsilon(at));
  HOWDAH_TRY(at.positive("groups", at.layer.groups));
  if (shape.input[0] % at.layer.groups != 0)
    return at.error(fmt::format("expects channels that {} groups divide, found {}", at.layer.groups,
                                to_string(shape.input)));
  add_scale(shape, {shape.input[0]});
  return Status::ok();
}

}  // namespace howdah::model
