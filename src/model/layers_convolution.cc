// Windows over images and sequences: convolutions and pooling.
#include <fmt/format.h>

#include "model/layer_inference.h"
#include "model/layer_types.h"

namespace howdah::model {
namespace {

// One dimension of a window.
struct Axis {
  int64_t kernel, stride, padding, dilation;
  int64_t reach() const { return dilation * (kernel - 1) + 1; }
};

std::vector<Axis> axes_of(const Layer& layer) {
  const Axis rows{layer.kernel.rows, layer.stride.rows, layer.padding.rows, layer.dilation.rows};
  const Axis columns{layer.kernel.columns, layer.stride.columns, layer.padding.columns,
                     layer.dilation.columns};
  if (row_of(layer.type).one_dimension) return {columns};
  return {rows, columns};
}

std::string padding_text(const Pair& padding) {
  return padding == Pair(Layer::kSame) ? "same" : to_string(padding);
}

// PyTorch's pooling_output_shape; floor unless ceil_mode, where the last window has to begin inside
// the input or its left padding.
int64_t windows(int64_t extent, const Axis& axis, bool ceil_mode) {
  const int64_t room = extent + 2 * axis.padding - axis.reach();
  int64_t count = (room + (ceil_mode ? axis.stride - 1 : 0)) / axis.stride + 1;
  if (ceil_mode && (count - 1) * axis.stride >= extent + axis.padding) --count;
  return count;
}

Status slide(const LayerInference& at, const std::vector<Axis>& axes, int64_t channels,
             LayerShape& shape) {
  std::string reach;
  bool fits = true;
  for (size_t i = 0; i < axes.size(); ++i) {
    reach += (i > 0 ? " x " : "") + std::to_string(axes[i].reach());
    fits &= axes[i].reach() <= shape.input[i + 1] + 2 * axes[i].padding;
  }
  if (!fits)
    return at.error(
        fmt::format("expects at least {} values under its kernel, found {} with padding {}", reach,
                    to_string(shape.input), padding_text(at.layer.padding)));
  shape.output = {channels};
  for (size_t i = 0; i < axes.size(); ++i)
    shape.output.push_back(windows(shape.input[i + 1], axes[i], at.layer.ceil_mode));
  return Status::ok();
}

Status window_sizes(const LayerInference& at, const LayerShape& shape) {
  HOWDAH_TRY(at.want_image(shape.input));
  HOWDAH_TRY(at.positive("a kernel", at.layer.kernel));
  HOWDAH_TRY(at.positive("a stride", at.layer.stride));
  return at.positive("a dilation", at.layer.dilation);
}

Status keep_size(const LayerInference& at, std::vector<Axis>& axes) {
  for (Axis& axis : axes) {
    if (axis.kernel % 2 == 0 || axis.stride != 1)
      return at.error(
          fmt::format("keeps its size (padding: same) with an odd kernel and stride 1"
                      " only, not with kernel {} and stride {}",
                      to_string(at.layer.kernel), to_string(at.layer.stride)));
    axis.padding = (axis.reach() - 1) / 2;
  }
  return Status::ok();
}

// Over the steps of a text: as many come out, so that the lengths stay what they are. An even
// kernel looks one step further ahead than back.
Status along_sequence(const LayerInference& at, LayerShape& shape) {
  const Layer& layer = at.layer;
  HOWDAH_TRY(at.positive("a kernel", layer.kernel));
  HOWDAH_TRY(at.positive("a dilation", layer.dilation));
  HOWDAH_TRY(at.looks_ahead("take a causal layer in its place, such as lstm"));
  if (layer.padding != Pair(Layer::kSame) || layer.stride != Pair(1))
    return at.error(
        fmt::format("of a sequence keeps its length, with padding: same and stride: 1; it"
                    " has padding {} and stride {}",
                    padding_text(layer.padding), to_string(layer.stride)));
  shape.output[1] = layer.units;
  const Shape weight{layer.units, shape.input[1] / layer.groups, layer.kernel.columns};
  if (elements(weight) > kMaxElements ||
      __builtin_mul_overflow(elements(weight), shape.input[0], &shape.multiply_adds))
    return at.too_large(shape.output);
  add_linear(shape, weight, layer.bias);
  return Status::ok();
}

}  // namespace

Status infer_convolution(const LayerInference& at, LayerShape& shape) {
  const Layer& layer = at.layer;
  HOWDAH_TRY(at.positive("units", layer.units));
  const bool sequence = shape.input_form == Form::kSequence;
  if (!sequence) HOWDAH_TRY(window_sizes(at, shape));
  HOWDAH_TRY(at.positive("groups", layer.groups));
  const int64_t channels = shape.input[sequence ? 1 : 0];
  if (channels % layer.groups != 0 || layer.units % layer.groups != 0)
    return at.error(
        fmt::format("divides its {} filters and the {} channels of its input {} into {}"
                    " groups, which does not come out even",
                    layer.units, channels, to_string(shape.input), layer.groups));
  if (sequence) return along_sequence(at, shape);
  std::vector<Axis> axes = axes_of(layer);
  if (layer.padding == Pair(Layer::kSame)) HOWDAH_TRY(keep_size(at, axes));
  for (const Axis& axis : axes)
    if (axis.padding < 0 || axis.padding > kMaxExtent)
      return at.error(fmt::format("needs a padding of at least 0, not {}", axis.padding));
  HOWDAH_TRY(slide(at, axes, layer.units, shape));
  Shape weight{layer.units, channels / layer.groups};
  for (const Axis& axis : axes) weight.push_back(axis.kernel);
  if (elements(weight) > kMaxElements) return at.too_large(shape.output);
  add_linear(shape, weight, layer.bias);
  const int64_t places = elements(Shape(shape.output.begin() + 1, shape.output.end()));
  if (__builtin_mul_overflow(elements(weight), places, &shape.multiply_adds))
    return at.too_large(shape.output);
  return Status::ok();
}

Status infer_pooling(const LayerInference& at, LayerShape& shape) {
  HOWDAH_TRY(window_sizes(at, shape));
  const std::vector<Axis> axes = axes_of(at.layer);
  for (const Axis& axis : axes)
    if (axis.padding < 0 || axis.padding > axis.kernel / 2)
      return at.error(fmt::format("needs a padding between 0 and half its kernel ({}), not {}",
                                  axis.kernel / 2, padding_text(at.layer.padding)));
  return slide(at, axes, shape.input[0], shape);
}

Status infer_global_pooling(const LayerInference& at, LayerShape& shape) {
  if (shape.input_form == Form::kSequence) {  // over the steps of each text
    shape.output = {shape.input[1]};
    shape.output_form = Form::kValues;
    return Status::ok();
  }
  HOWDAH_TRY(at.expect(shape.input.size() >= 2, "[channels, ...]", shape.input));
  shape.output = {shape.input[0]};
  return Status::ok();
}

Status infer_adaptive_pooling(const LayerInference& at, LayerShape& shape) {
  HOWDAH_TRY(at.want_image(shape.input));
  HOWDAH_TRY(at.positive("a size", at.layer.kernel));
  shape.output = {shape.input[0], at.layer.kernel.rows, at.layer.kernel.columns};
  return Status::ok();
}

}  // namespace howdah::model
