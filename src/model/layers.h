// A network as the job file writes it: a list of layers, as plain values. No libtorch here, so that
// the client checks shapes in milliseconds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace howdah::model {

using Shape = std::vector<int64_t>;  // of one sample: [channels, height, width], or [features]
std::string to_string(const Shape& shape);  // "[1, 28, 28]"

enum class LayerType {
  kConv2d,
  kMaxPool2d,
  kAveragePool2d,
  kBatchNorm2d,
  kDense,
  kFlatten,
  kDropout,
  kRelu,
  kGelu,
  kTanh,
  kSigmoid,
};

struct Layer {
  LayerType type = LayerType::kRelu;
  int64_t units = 0;       // dense: outputs; conv2d: filters
  int64_t kernel = 0;      // conv2d, pooling: a square window
  int64_t stride = 1;      // pooling: the kernel when not given
  int64_t padding = 0;     // rows and columns on each side; kSame: as many as keep height and width
  bool bias = true;        // dense, conv2d
  double rate = 0;         // dropout: the share set to zero, in [0, 1)
  std::string where = {};  // "job.yaml:12:7", for messages
  static constexpr int64_t kSame = -1;
};
std::string_view layer_type_name(LayerType type);  // as the job file writes it: "conv2d"

struct LayerShape {
  Shape input, output;
  int64_t parameters = 0;
};

// The shapes between the layers, by PyTorch's rules; the last output must be [classes].
//   kInvalidArgument  names the layer's place, number and type, the shape expected and the one
//   found
Result<std::vector<LayerShape>> infer_shapes(const std::vector<Layer>& layers, const Shape& input,
                                             int64_t classes);

}  // namespace howdah::model
