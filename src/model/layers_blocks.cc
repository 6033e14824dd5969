// How the outputs of a block's branches become one.
#include <fmt/format.h>

#include "model/layer_inference.h"

namespace howdah::model {
namespace {

Result<Signal> add(const LayerInference& at, const std::vector<Signal>& outputs) {
  for (size_t i = 1; i < outputs.size(); ++i) {
    if (outputs[i] == outputs[0]) continue;
    if (at.layer.type == LayerType::kParallel)
      return at.error(fmt::format("adds its branches, expects {} of branch {}, found {}",
                                  to_string(outputs[0]), i + 1, to_string(outputs[i])));
    const bool identity = at.layer.branches[1].empty();
    return at.error(fmt::format("adds its shortcut to its layers, expects {} of the {}, found {}{}",
                                to_string(outputs[0]), identity ? "input" : "shortcut",
                                to_string(outputs[i]),
                                identity ? "; give a shortcut that changes the shape, such as"
                                           " conv2d with kernel 1"
                                         : ""));
  }
  return outputs[0];
}

Result<Signal> concat(const LayerInference& at, const std::vector<Signal>& outputs) {
  const int64_t axis = at.layer.axis;
  Signal signal = outputs[0];
  Shape& merged = signal.shape;
  if (axis < 1 || axis > static_cast<int64_t>(merged.size()))
    return at.error(
        fmt::format("joins its branches along axis {}, which {} does not have (the"
                    " batch is axis 0)",
                    axis, to_string(merged)));
  if (signal.form == Form::kSequence && axis == 1)
    return at.error("joins sequences along axis 2, their features, only");
  const auto along = static_cast<size_t>(axis - 1);
  for (size_t i = 1; i < outputs.size(); ++i) {
    Signal expected = outputs[0];
    const Shape& other = outputs[i].shape;
    if (other.size() == merged.size()) expected.shape[along] = other[along];
    if (outputs[i] != expected)
      return at.error(
          fmt::format("joins its branches along axis {}, expects {} of branch {} but"
                      " along that axis, found {}",
                      axis, to_string(outputs[0]), i + 1, to_string(outputs[i])));
    if (__builtin_add_overflow(merged[along], other[along], &merged[along]))
      return at.too_large(merged);
  }
  return signal;
}

}  // namespace

Result<Signal> merge_signals(const LayerInference& at, const std::vector<Signal>& outputs) {
  const bool residual = at.layer.type == LayerType::kResidual;
  if (outputs.empty() || (residual && (outputs.size() != 2 || at.layer.branches[0].empty())))
    return at.error(residual ? "needs layers" : "needs at least one branch");
  return residual || !at.layer.concat ? add(at, outputs) : concat(at, outputs);
}

}  // namespace howdah::model
