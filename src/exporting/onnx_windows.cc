// Convolutions and pooling.
#include <algorithm>

#include "exporting/onnx_layers.h"

namespace howdah::exporting {
namespace {

using Extents = std::vector<int64_t>;

Extents joined(Extents first, const Extents& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// How far the last window reaches behind the input, where that is more than `begin` (only with
// ceil_mode). Said in padding, so that ONNX's own ceil_mode, which engines read differently, is
// not needed.
Extents padding_behind(const OnnxLayer& at, const Extents& begin) {
  const Extents kernel = extents_of(at, at.layer.kernel), stride = extents_of(at, at.layer.stride);
  Extents end = begin;
  if (!at.layer.ceil_mode) return end;
  for (size_t i = 0; i < end.size(); ++i) {
    const int64_t reach = (at.shape.output[i + 1] - 1) * stride[i] + kernel[i];
    end[i] = std::max<int64_t>(0, reach - at.shape.input[i + 1] - begin[i]);
  }
  return end;
}

// Averages over windows as a matrix [to, from]: window i is [i * from / to, ceil((i + 1) * from /
// to)).
std::vector<float> averages(int64_t from, int64_t to) {
  std::vector<float> matrix(static_cast<size_t>(from * to));
  for (int64_t i = 0; i < to; ++i) {
    const int64_t begin = i * from / to, end = ((i + 1) * from + to - 1) / to;
    for (int64_t j = begin; j < end; ++j)
      matrix[static_cast<size_t>(i * from + j)] = 1 / static_cast<float>(end - begin);
  }
  return matrix;
}

std::vector<float> transposed(const std::vector<float>& matrix, int64_t rows, int64_t columns) {
  std::vector<float> result(matrix.size());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      result[static_cast<size_t>(j * rows + i)] = matrix[static_cast<size_t>(i * columns + j)];
  return result;
}

}  // namespace

std::string onnx_convolution(const OnnxLayer& at, const std::string& x) {
  if (at.is_sequence()) return onnx_sequence_convolution(at, x);
  const Extents padding = extents_of(at, padding_of(at.layer));
  std::vector<std::string> inputs{x, at.tensor("weight")};
  if (at.layer.bias) inputs.push_back(at.tensor("bias"));
  return at.add("Conv", inputs,
                {{"kernel_shape", extents_of(at, at.layer.kernel)},
                 {"strides", extents_of(at, at.layer.stride)},
                 {"pads", joined(padding, padding)},
                 {"dilations", extents_of(at, at.layer.dilation)},
                 {"group", at.layer.groups}});
}

std::string onnx_max_pool(const OnnxLayer& at, const std::string& x) {
  const Extents begin = extents_of(at, at.layer.padding);
  return at.add("MaxPool", {x},
                {{"kernel_shape", extents_of(at, at.layer.kernel)},
                 {"strides", extents_of(at, at.layer.stride)},
                 {"pads", joined(begin, padding_behind(at, begin))}});
}

// PyTorch counts the padding's zeros, but not what a last window has beyond them.
std::string onnx_average_pool(const OnnxLayer& at, const std::string& x) {
  const Extents padding = extents_of(at, at.layer.padding);
  const Extents none(padding.size(), 0);
  Extents beyond = padding_behind(at, padding);
  for (size_t i = 0; i < beyond.size(); ++i)
    beyond[i] = std::max<int64_t>(0, beyond[i] - padding[i]);
  std::string padded = x;
  if (padding != none) {
    const Extents all = joined(joined({0, 0}, padding), joined({0, 0}, padding));
    padded = at.add("Pad", {x, at.list("padding", all)}, {{"mode", "constant"}});
  }
  return at.add("AveragePool", {padded},
                {{"kernel_shape", extents_of(at, at.layer.kernel)},
                 {"strides", extents_of(at, at.layer.stride)},
                 {"pads", joined(none, beyond)},
                 {"count_include_pad", int64_t{0}}});
}

std::string onnx_global_average_pool(const OnnxLayer& at, const std::string& x) {
  if (at.is_sequence()) return onnx_sequence_average(at, x);
  return at.add("Flatten", {at.add("GlobalAveragePool", {x})}, {{"axis", int64_t{1}}});
}

std::string onnx_global_max_pool(const OnnxLayer& at, const std::string& x) {
  if (at.is_sequence()) return onnx_sequence_max(at, x);
  return at.add("Flatten", {at.add("GlobalMaxPool", {x})}, {{"axis", int64_t{1}}});
}

// The mean of a rectangle is the mean over its columns of the means over its rows.
std::string onnx_adaptive_average_pool(const OnnxLayer& at, const std::string& x) {
  const int64_t rows = at.shape.input[1], columns = at.shape.input[2];
  const int64_t to_rows = at.layer.kernel.rows, to_columns = at.layer.kernel.columns;
  const std::string left =
      at.graph.constant(at.shape.name + ".rows", averages(rows, to_rows), {to_rows, rows});
  const std::string right = at.graph.constant(
      at.shape.name + ".columns", transposed(averages(columns, to_columns), to_columns, columns),
      {columns, to_columns});
  return at.add("MatMul", {at.add("MatMul", {left, x}), right});
}

}  // namespace howdah::exporting
