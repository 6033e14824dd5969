// What looks at several steps of a text, and not at its padding.
#include <limits>

#include "exporting/onnx_layers.h"

namespace howdah::exporting {

std::string onnx_steps(const OnnxLayer& at, const std::string& x) {
  const std::string extent = at.add("Shape", {x}, {{"start", int64_t{1}}, {"end", int64_t{2}}});
  const std::string count = at.add("Squeeze", {extent, at.list("axes", {0})});
  return at.add("Range", {at.whole("begin", 0), count, at.whole("step", 1)});
}

std::string onnx_text_mask(const OnnxLayer& at, const Wire& text) {
  return at.add("Less",
                {at.unsqueezed(onnx_steps(at, text.x), {0}), at.unsqueezed(text.lengths, {1})});
}

std::string onnx_filled(const OnnxLayer& at, const std::string& x, double value) {
  const std::string mask = at.unsqueezed(onnx_text_mask(at, {x, at.lengths}), {2});
  return at.add("Where", {mask, x, at.scalar("padding", value)});
}

std::string onnx_sequence_convolution(const OnnxLayer& at, const std::string& x) {
  const auto [before, behind] = padding_along(at.layer);
  const std::vector<int64_t> turned{0, 2, 1};
  std::vector<std::string> inputs{at.add("Transpose", {onnx_filled(at, x, 0)}, {{"perm", turned}}),
                                  at.tensor("weight")};
  if (at.layer.bias) inputs.push_back(at.tensor("bias"));
  const std::string found = at.add("Conv", inputs,
                                   {{"kernel_shape", std::vector<int64_t>{at.layer.kernel.columns}},
                                    {"pads", std::vector<int64_t>{before, behind}},
                                    {"dilations", std::vector<int64_t>{at.layer.dilation.columns}},
                                    {"group", at.layer.groups}});
  return at.add("Transpose", {found}, {{"perm", turned}});
}

std::string onnx_sequence_average(const OnnxLayer& at, const std::string& x) {
  const std::string sum = at.add("ReduceSum", {onnx_filled(at, x, 0), at.list("axes", {1})},
                                 {{"keepdims", int64_t{0}}});
  const std::string counts =
      at.add("Cast", {at.unsqueezed(at.lengths, {1})}, {{"to", int64_t{onnx::TensorProto::FLOAT}}});
  return at.add("Div", {sum, counts});
}

std::string onnx_sequence_max(const OnnxLayer& at, const std::string& x) {
  const double least = -std::numeric_limits<float>::infinity();
  return at.add("ReduceMax", {onnx_filled(at, x, least)},
                {{"axes", std::vector<int64_t>{1}}, {"keepdims", int64_t{0}}});
}

}  // namespace howdah::exporting
