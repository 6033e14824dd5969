#include "formats/image_resize.h"

#include <algorithm>
#include <cmath>

namespace howdah::formats {
namespace {

constexpr int kBits = 22;

}  // namespace

ResizeAxis::ResizeAxis(int64_t from, int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double reach = std::max(scale, 1.0);  // of the triangle, to each side
  std::vector<double> shares;
  for (int64_t at = 0; at < to; ++at) {
    const double center = (static_cast<double>(at) + 0.5) * scale;
    Window window;
    window.begin = std::max<int64_t>(0, static_cast<int64_t>(center - reach + 0.5));
    window.end = std::min(from, static_cast<int64_t>(center + reach + 0.5));
    window.first_weight = weights_.size();
    shares.clear();
    double sum = 0;
    for (int64_t x = window.begin; x < window.end; ++x) {
      const double distance = std::abs((static_cast<double>(x) - center + 0.5) * (1 / reach));
      shares.push_back(std::max(0.0, 1 - distance));
      sum += shares.back();
    }
    for (const double share : shares)
      weights_.push_back(static_cast<int32_t>(0.5 + share / sum * (1 << kBits)));
    windows_.push_back(window);
  }
}

uint8_t ResizeAxis::rounded(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kBits, 0, 255));
}

RowResizer::RowResizer(const ImageShape& from, int64_t height, int64_t width, uint8_t* to)
    : from_(from),
      down_(from.height, height),
      across_(from.width, width),
      to_(to),
      narrow_(static_cast<size_t>(width * from.channels)) {}

void RowResizer::add_row(const uint8_t* row) {
  const auto channels = static_cast<size_t>(from_.channels);
  size_t at = 0;
  for (const auto& window : across_.windows()) {
    const int32_t* weights = across_.weights(window);
    const uint8_t* begin = row + window.begin * from_.channels;
    for (size_t c = 0; c < channels; ++c) {
      int32_t sum = ResizeAxis::kHalf;
      for (int64_t x = 0; x < window.end - window.begin; ++x)
        sum += weights[x] * begin[static_cast<size_t>(x) * channels + c];
      narrow_[at++] = ResizeAxis::rounded(sum);
    }
  }

  const auto& windows = down_.windows();
  for (size_t y = static_cast<size_t>(written_); y < windows.size(); ++y) {
    const auto& window = windows[y];
    if (window.begin > next_) break;
    const size_t open = y - static_cast<size_t>(written_);
    if (open == sums_.size()) {
      std::vector<int32_t> fresh;
      if (!spare_.empty()) {
        fresh = std::move(spare_.back());
        spare_.pop_back();
      }
      fresh.assign(narrow_.size(), ResizeAxis::kHalf);
      sums_.push_back(std::move(fresh));
    }
    const int32_t weight = down_.weights(window)[next_ - window.begin];
    int32_t* sums = sums_[open].data();
    for (size_t i = 0; i < narrow_.size(); ++i) sums[i] += weight * narrow_[i];
  }
  ++next_;
  while (!sums_.empty() && windows[static_cast<size_t>(written_)].end == next_) {
    uint8_t* to = to_ + static_cast<size_t>(written_) * narrow_.size();
    for (size_t i = 0; i < narrow_.size(); ++i) to[i] = ResizeAxis::rounded(sums_.front()[i]);
    spare_.push_back(std::move(sums_.front()));
    sums_.pop_front();
    ++written_;
  }
}

}  // namespace howdah::formats
