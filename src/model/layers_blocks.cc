// How the outputs of a block's branches become one.
#include <fmt/format.h>

#include "model/layer_inference.h"

namespace howdah::model {
namespace {

Result<Shape> add(const LayerInference& at, const std::vector<Shape>& outputs) {
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

Result<Shape> concat(const LayerInference& at, const std::vector<Shape>& outputs) {
  const int64_t axis = at.layer.axis;
  Shape merged = outputs[0];
  if (axis < 1 || axis > static_cast<int64_t>(merged.size()))
    return at.error(
        fmt::format("joins its branches along axis {}, which {} does not have (the"
                    " batch is axis 0)",
                    axis, to_string(merged)));
  const auto along = static_cast<size_t>(axis - 1);
  for (size_t i = 1; i < outputs.size(); ++i) {
    Shape expected = outputs[0];
    if (outputs[i].size() == expected.size()) expected[along] = outputs[i][along];
    if (outputs[i] != expected)
      return at.error(
          fmt::format("joins its branches along axis {}, expects {} of branch {} but"
                      " along that axis, found {}",
                      axis, to_string(outputs[0]), i + 1, to_string(outputs[i])));
    if (__builtin_add_overflow(merged[along], outputs[i][along], &merged[along]))
      return at.too_large(merged);
  }
  return merged;
}

}  // namespace

Result<Shape> merge_shapes(const LayerInference& at, const std::vector<Shape>& outputs) {
  const bool residual = at.layer.type == LayerType::kResidual;
  if (outputs.empty() || (residual && (outputs.size() != 2 || at.layer.branches[0].empty())))
    return at.error(residual ? "needs layers" : "needs at least one branch");
  return residual || !at.layer.concat ? add(at, outputs) : concat(at, outputs);
}

}  // namespace howdah::model
