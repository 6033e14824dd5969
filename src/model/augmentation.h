// What training does to images before it sees them, as plain values with the job file's names.
// Evaluation never does any of it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/layers.h"

namespace howdah::model {

// In this order, as torchvision's transforms of these names: crop, flip, rotate, colour, cutout,
// and mixup of what is normalized.
struct Augmentation {
  int64_t crop_padding = 0;  // so many pixels on each side, then a crop of the old size anywhere
  double flip_horizontal = 0, flip_vertical = 0;  // probabilities
  double rotate = 0;  // degrees: by an angle in [-rotate, rotate], to the nearest pixel
  // Factors in [1 - x, 1 + x], not below 0, in a random order.
  double brightness = 0, contrast = 0, saturation = 0;
  int64_t cutout_size = 0, cutout_count = 1;  // squares anywhere, cut by the image's edges
  double mixup = 0;               // of Beta(mixup, mixup): two records of a micro-batch become one
  bool fill_mean = false;         // what crop, rotate and cutout leave: the channel's mean, else 0
  std::vector<double> fill = {};  // with fill_mean: one a channel, in the records' own scale
  std::string where = {};         // "job.yaml:12:7", for messages

  bool colors() const { return brightness > 0 || contrast > 0 || saturation > 0; }
  bool moves() const {
    return crop_padding > 0 || flip_horizontal > 0 || flip_vertical > 0 || rotate > 0;
  }
  bool changes_images() const { return moves() || colors() || cutout_size > 0; }
  bool any() const { return changes_images() || mixup > 0; }
};

// input: of a record. bytes: its features are bytes.
//   kInvalidArgument  no images of that kind, or too small for what is asked
Status check_augmentation(const Augmentation& augmentation, const Shape& input, bool bytes);

}  // namespace howdah::model
