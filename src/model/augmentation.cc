#include "model/augmentation.h"

#include <fmt/format.h>

#include <algorithm>

namespace howdah::model {

Status check_augmentation(const Augmentation& augmentation, const Shape& input, bool bytes) {
  if (!augmentation.any()) return Status::ok();
  const auto refused = [&](const std::string& what, const std::string& advice) {
    return Status(Code::kInvalidArgument, what).with_peer(augmentation.where).with_advice(advice);
  };
  if (!augmentation.changes_images()) return Status::ok();
  if (input.size() != 3)
    return refused(fmt::format("'data.augment' is for images [channels, height, width], the data "
                               "are {}",
                               to_string(input)),
                   "only 'mixup' fits them");
  if (augmentation.colors() && !bytes)
    return refused("'data.augment.color' is for images of 8 bits", "leave it out");
  if (augmentation.saturation > 0 && input[0] != 3)
    return refused(
        fmt::format("'data.augment.color.saturation' is for 3 channels, the images have {}",
                    input[0]),
        "leave it out");
  if (augmentation.fill_mean && static_cast<int64_t>(augmentation.fill.size()) != input[0])
    return refused("'data.augment.fill: mean' needs the channels' means, which the data lack",
                   "leave it out");
  const int64_t edge = std::min(input[1], input[2]);
  if (augmentation.crop_padding >= edge)
    return refused(fmt::format("'data.augment.crop.padding' is {} for images of {} x {}",
                               augmentation.crop_padding, input[1], input[2]),
                   "give less than an edge");
  if (augmentation.cutout_size > edge)
    return refused(fmt::format("'data.augment.cutout.size' is {} for images of {} x {}",
                               augmentation.cutout_size, input[1], input[2]),
                   "give an edge at most");
  return Status::ok();
}

}  // namespace howdah::model
