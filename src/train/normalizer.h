// From a record's features to what the first layer sees.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "dataset/index.h"
#include "model/training.h"

namespace howdah::train {

// uint8 features: (value / 255 - mean) / stddev, a channel (the first dimension of the record).
// float32 features are taken as they are: (value - mean) / stddev.
class Normalizer {
 public:
  //   kInvalidArgument  neither one mean and stddev nor one a channel; a stddev that is not above 0
  static Result<Normalizer> make(const model::Normalization& normalization,
                                 const model::Shape& input, dataset::ElementType element);

  // features: whole records. Writes one float a feature.
  void apply(Bytes features, float* into) const;
  // units: whole records of uint8 features, each value divided by 255.
  void apply_unit(std::span<const float> units, float* into) const;

 private:
  struct Channel {
    std::array<float, 256> of_byte;
    float mean = 0, stddev = 1;
  };
  dataset::ElementType element_ = dataset::ElementType::kUint8;
  size_t plane_ = 0;  // features a channel
  std::vector<Channel> channels_;
};

}  // namespace howdah::train
