#include "train/normalizer.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace howdah::train {

Result<Normalizer> Normalizer::make(const model::Normalization& normalization,
                                    const model::Shape& input, dataset::ElementType element) {
  const auto& [mean, stddev] = normalization;
  const size_t channels = std::max<size_t>(mean.size(), 1);
  if (mean.size() != stddev.size() || (channels != 1 && static_cast<int64_t>(channels) != input[0]))
    return Status(Code::kInvalidArgument,
                  fmt::format("normalization has {} means and {} stddevs for an input of {}",
                              mean.size(), stddev.size(), model::to_string(input)))
        .with_advice("give one of each, or one a channel");
  int64_t features = 1;
  for (const int64_t extent : input) features *= extent;

  Normalizer normalizer;
  normalizer.element_ = element;
  normalizer.plane_ = static_cast<size_t>(features) / channels;
  normalizer.channels_.resize(channels);
  for (size_t c = 0; c < mean.size(); ++c) {
    if (!(stddev[c] > 0) || !std::isfinite(stddev[c]) || !std::isfinite(mean[c]))
      return Status(Code::kInvalidArgument,
                    fmt::format("normalization with mean {} and stddev {}", mean[c], stddev[c]))
          .with_advice("a constant channel cannot be normalized: leave it out");
    normalizer.channels_[c].mean = static_cast<float>(mean[c]);
    normalizer.channels_[c].stddev = static_cast<float>(stddev[c]);
  }
  for (size_t c = 0; c < channels; ++c)
    for (size_t value = 0; value < 256; ++value) {
      const double unit = static_cast<double>(value) / 255;
      normalizer.channels_[c].of_byte[value] =
          static_cast<float>(mean.empty() ? unit : (unit - mean[c]) / stddev[c]);
    }
  return normalizer;
}

void Normalizer::apply(Bytes features, float* into) const {
  const size_t width = element_ == dataset::ElementType::kUint8 ? 1 : sizeof(float);
  const size_t planes = features.size() / width / plane_;
  for (size_t plane = 0; plane < planes; ++plane) {
    const Channel& channel = channels_[plane % channels_.size()];
    const std::byte* from = features.data() + plane * plane_ * width;
    if (element_ == dataset::ElementType::kUint8) {
      for (size_t i = 0; i < plane_; ++i) *into++ = channel.of_byte[static_cast<size_t>(from[i])];
      continue;
    }
    for (size_t i = 0; i < plane_; ++i) {
      float value;
      std::memcpy(&value, from + i * width, width);
      *into++ = (value - channel.mean) / channel.stddev;
    }
  }
}

void Normalizer::apply_unit(std::span<const float> units, float* into) const {
  for (size_t plane = 0; plane * plane_ < units.size(); ++plane) {
    const Channel& channel = channels_[plane % channels_.size()];
    const float* from = units.data() + plane * plane_;
    for (size_t i = 0; i < plane_; ++i) *into++ = (from[i] - channel.mean) / channel.stddev;
  }
}

}  // namespace howdah::train
