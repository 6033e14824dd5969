#include "train/gradient_rule.h"

namespace howdah::train {
namespace {

constexpr int64_t kLanes = 8;

}  // namespace

double sum_of_squares(const PlainGradient& gradient, const float* __restrict weights,
                      const float* __restrict sums, int64_t count) {
  double lanes[kLanes] = {};
  const auto add = [&](int64_t lane, int64_t at) {
    const double value = gradient(sums[at], weights[at]);
    lanes[lane] += value * value;
  };
  const int64_t whole = count - count % kLanes;
  for (int64_t begin = 0; begin < whole; begin += kLanes)
    for (int64_t lane = 0; lane < kLanes; ++lane) add(lane, begin + lane);
  for (int64_t at = whole; at < count; ++at) add(at - whole, at);
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

}  // namespace howdah::train
