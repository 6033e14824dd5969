#include "train/sample_sums.h"

#include <cmath>

namespace howdah::train {
namespace {

// Of 4096 streams the lower parts add up to 2^24 at most, which a float counts exactly.
constexpr double kLow = 4096;

void add(std::span<float> to, double value) {
  const double high = std::floor(value / kLow);
  to[0] += static_cast<float>(value - high * kLow);
  to[1] += static_cast<float>(high);
}

double sum(std::span<const float> from) {
  return static_cast<double>(from[0]) + static_cast<double>(from[1]) * kLow;
}

}  // namespace

void SampleSums::add_to(std::span<float> tail) const {
  tail[0] += static_cast<float>(loss);
  add(tail.subspan(1), divisor);
  add(tail.subspan(3), static_cast<double>(correct));
  add(tail.subspan(5), static_cast<double>(answers));
}

SampleSums SampleSums::of(std::span<const float> tail) {
  return {static_cast<double>(tail[0]), sum(tail.subspan(1)),
          static_cast<int64_t>(sum(tail.subspan(3))), static_cast<int64_t>(sum(tail.subspan(5)))};
}

}  // namespace howdah::train
