// Where each parameter lies in the flat float32 buffers that a trainer works on.
//
// Weights and gradients have the same layout: the parameters in layer order (depth-first,
// model/layers.h), each beginning at a multiple of kAlignment floats, with zeros between them. A
// gradient buffer goes on with a tail of what else is summed over the streams: the loss, how many
// were counted and answered rightly, and what each stream made of the network's buffers
// (BatchNorm's running statistics). So one sum carries everything that a step has to agree upon.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/training.h"
#include "train/sample_sums.h"

namespace howdah::train {

inline constexpr int64_t kAlignment = 16;  // floats: a cache line, an AVX-512 register

struct Parameter {
  std::string name;  // as PyTorch's modules name it: "0.weight", "3.layers.0.weight"
  model::Shape
      shape;  // conv2d: [units, channels / groups, rows, columns]; dense: [units, features]
  int64_t offset = 0, count = 0;
  int layer = 0;  // the layer's number, depth-first, a block before what it holds
  bool regularized =
      false;  // a weight of a convolution, dense or recurrent layer: l1 and l2 count it
  double initial_bound = 0;  // uniform in [-bound, bound); 0: initial_value everywhere
  float initial_value = 0;
  double initial_deviation = 0;  // normal; 0: as above
  int64_t initial_zeros = 0;     // so many of the first values are 0 instead
  bool frozen = false;           // keeps its value: of itself, or by its group
};

// State of the network that is no parameter: float32, averaged over the streams after each step.
struct Buffer {
  std::string name;  // "3.running_mean"
  model::Shape shape;
  int64_t count = 0;
  int64_t offset = 0;
  int layer = 0;
  float initial_value = 0;
  bool frozen = false;  // its layer's statistics are: it is used and keeps its values
};

// A parameter that a later layer takes as the first of its own.
struct SharedParameter {
  int layer = 0;
  size_t parameter = 0;
};

// A range of a gradient buffer that is summed by one operation.
struct Bucket {
  int64_t begin = 0, end = 0;
};

struct Layout {
  std::vector<Parameter> parameters;
  std::vector<SharedParameter> shared;
  std::vector<Buffer> buffers;  // offsets count from the first buffer
  int64_t weights = 0;          // floats of a weight buffer
  int64_t buffer_values = 0;    // floats of all buffers
  // In the order in which a backward pass completes them: the tail and the last layers first. Each
  // begins at a multiple of kAlignment.
  std::vector<Bucket> buckets;

  // The tail of a gradient buffer.
  int64_t sums() const { return weights; }  // SampleSums::kFloats of them
  int64_t tail_buffers() const { return weights + SampleSums::kFloats; }
  int64_t gradients() const {
    return (tail_buffers() + buffer_values + kAlignment - 1) / kAlignment * kAlignment;
  }

  int64_t trainable() const;  // parameters without what lies between them

  //   kInvalidArgument  as model::infer_network
  static Result<Layout> of(const model::Training& training);
};

// The weights before the first step: PyTorch's defaults (kaiming_uniform with a = sqrt(5), which is
// uniform within 1 / sqrt(fan in); embeddings: normal), drawn from (seed, parameter, element)
// alone.
void initialize(const Layout& layout, uint64_t seed, std::span<float> weights,
                std::span<float> buffers);

}  // namespace howdah::train
