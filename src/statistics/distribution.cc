#include "statistics/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace howdah::statistics {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// numpy's: it is b at t = 1, and never leaves [a, b].
double between(double a, double b, double t) {
  const double difference = b - a;
  if (std::isinf(difference)) return a * (1 - t) + b * t;
  return t >= 0.5 ? b - difference * (1 - t) : a + difference * t;
}

double middle(double low, double high) {
  return low == high ? low : low / 2 + high / 2;
}

}  // namespace

Distribution::Distribution(std::vector<Bin> bins) : bins_(std::move(bins)) {
  before_.reserve(bins_.size() + 1);
  before_.push_back(0);
  for (const Bin& bin : bins_) before_.push_back(before_.back() + bin.count);
}

Distribution::Position Distribution::position(double share) const {
  const int64_t last = count() - 1;
  const double at = static_cast<double>(last) * std::clamp(share, 0.0, 1.0);
  if (at >= static_cast<double>(last)) return {last, 0};
  const double floor = std::floor(at);
  return {static_cast<int64_t>(floor), at - floor};
}

Distribution::Estimate Distribution::number_at(int64_t index) const {
  if (index <= 0) return {bins_.front().low, 0};
  if (index >= count() - 1) return {bins_.back().high, 0};
  const auto above = std::upper_bound(before_.begin(), before_.end(), index);
  const auto at = static_cast<size_t>(above - before_.begin()) - 1;
  const Bin& bin = bins_[at];
  if (bin.low == bin.high) return {bin.low, 0};
  const double share =
      (static_cast<double>(index - before_[at]) + 0.5) / static_cast<double>(bin.count);
  const double value = std::clamp(between(bin.low, bin.high, share), bin.low, bin.high);
  return {value, std::max(value - bin.low, bin.high - value)};
}

double Distribution::quantile(double share) const {
  if (count() == 0 || std::isnan(share)) return kNone;
  const Position at = position(share);
  const double value = number_at(at.index).value;
  return at.beyond == 0 ? value : between(value, number_at(at.index + 1).value, at.beyond);
}

double Distribution::error(double share) const {
  if (count() == 0 || std::isnan(share)) return kNone;
  const Position at = position(share);
  const Estimate below = number_at(at.index);
  const Estimate above = at.beyond == 0 ? below : number_at(at.index + 1);
  if (below.error == 0 && above.error == 0) return 0;
  // The interpolation and the differences round: some units in the last place of what they are of.
  const double magnitude = std::max(std::abs(below.value), std::abs(above.value));
  return std::max(below.error, above.error) +
         8 * std::numeric_limits<double>::epsilon() * magnitude;
}

double Distribution::median_absolute_deviation() const {
  if (count() == 0) return kNone;
  const double median = quantile(0.5);
  std::vector<Bin> deviations;
  deviations.reserve(bins_.size());
  for (const Bin& bin : bins_) {
    const double deviation = std::abs(middle(bin.low, bin.high) - median);
    deviations.push_back({deviation, deviation, bin.count});
  }
  std::sort(deviations.begin(), deviations.end(),
            [](const Bin& a, const Bin& b) { return a.low < b.low; });
  return Distribution(std::move(deviations)).quantile(0.5);
}

double Distribution::rank(double value) const {
  if (count() == 0 || std::isnan(value)) return kNone;
  const auto above = std::upper_bound(bins_.begin(), bins_.end(), value,
                                      [](double x, const Bin& bin) { return x < bin.low; });
  if (above == bins_.begin()) return 0;
  const auto at = static_cast<size_t>(above - bins_.begin()) - 1;
  const Bin& bin = bins_[at];
  double share = 0.5;
  if (value > bin.high)
    share = 1;
  else if (bin.low != bin.high)
    share = (value / 2 - bin.low / 2) / (bin.high / 2 - bin.low / 2);
  const double below = static_cast<double>(before_[at]) + static_cast<double>(bin.count) * share;
  return below / static_cast<double>(count());
}

}  // namespace howdah::statistics
