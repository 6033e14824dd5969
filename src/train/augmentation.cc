#include "train/augmentation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <numeric>

#include "dataset/random.h"

namespace howdah::train {
namespace {

constexpr uint64_t kImages = 0x696d61676573 /* "images" */, kMixup = 0x6d69787570 /* "mixup" */;

double unit(dataset::SplitMix64& random) {  // in [0, 1)
  return static_cast<double>(random.next() >> 11) * 0x1p-53;
}

// Uniform in [1 - spread, 1 + spread], not below 0.
float factor(dataset::SplitMix64& random, double spread) {
  const double least = std::max(0.0, 1 - spread);
  return static_cast<float>(least + unit(random) * (1 + spread - least));
}

double normal(dataset::SplitMix64& random) {  // Box and Muller
  const double radius = std::sqrt(-2 * std::log(1 - unit(random)));
  return radius * std::cos(2 * std::numbers::pi * unit(random));
}

// Marsaglia, Tsang, "A simple method for generating gamma variables", 2000.
double gamma(dataset::SplitMix64& random, double shape) {
  if (shape < 1) {
    const double larger = gamma(random, shape + 1);
    return larger * std::pow(1 - unit(random), 1 / shape);
  }
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal(random), t = 1 + c * x, v = t * t * t;
    if (v > 0 && std::log(1 - unit(random)) < x * x / 2 + d - d * v + d * std::log(v)) return d * v;
  }
}

// Two records of a Beta distribution, the larger share first.
double larger_share(dataset::SplitMix64& random, double alpha) {
  const double a = gamma(random, alpha), b = gamma(random, alpha);
  const double share = a + b > 0 ? a / (a + b) : 1;
  // A coarse grid: the last bit of a logarithm is not the same in every library.
  return std::round(std::max(share, 1 - share) * 4096) / 4096;
}

// The sum in one fixed order, in which sixteen lanes go side by side.
float mean_of(const float* values, size_t count) {
  std::array<float, 16> lanes{};
  size_t i = 0;
  for (; i + lanes.size() <= count; i += lanes.size())
    for (size_t lane = 0; lane < lanes.size(); ++lane) lanes[lane] += values[i + lane];
  for (; i < count; ++i) lanes[0] += values[i];
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum / static_cast<float>(count);
}

float clamp_unit(float value) {
  return std::min(std::max(value, 0.0F), 1.0F);
}

// ITU-R 601, as torchvision's.
float gray(float red, float green, float blue) {
  return 0.2989F * red + 0.587F * green + 0.114F * blue;
}

}  // namespace

// What was drawn for one image.
struct Augmenter::Move {
  int64_t down = 0, right = 0;  // the crop, from where the image was
  bool flip_x = false, flip_y = false;
  double sine = 0, cosine = 1;
  bool rotates = false;
  std::array<std::pair<int64_t, int64_t>, 100> holes;  // centers (y, x) of what is cut out
  size_t hole_count = 0;
};

struct Augmenter::Color {
  float brightness = 1, contrast = 1, saturation = 1;
  std::array<int, 3> order{0, 1, 2};
};

namespace {

template <typename Move, typename Color>
void draw(const model::Augmentation& options, int64_t height, int64_t width, uint64_t seed,
          Move& move, Color& color) {
  dataset::SplitMix64 random(seed);
  const auto places = static_cast<uint64_t>(2 * options.crop_padding + 1);
  move.down = static_cast<int64_t>(random.below(places)) - options.crop_padding;
  move.right = static_cast<int64_t>(random.below(places)) - options.crop_padding;
  move.flip_x = unit(random) < options.flip_horizontal;
  move.flip_y = unit(random) < options.flip_vertical;
  const double angle = (2 * unit(random) - 1) * options.rotate * std::numbers::pi / 180;
  move.rotates = options.rotate > 0;
  move.sine = std::sin(angle);
  move.cosine = std::cos(angle);
  color.brightness = factor(random, options.brightness);
  color.contrast = factor(random, options.contrast);
  color.saturation = factor(random, options.saturation);
  color.order = {0, 1, 2};
  random.shuffle(std::span<int>(color.order));
  move.hole_count = options.cutout_size > 0 ? static_cast<size_t>(options.cutout_count) : 0;
  for (size_t i = 0; i < move.hole_count; ++i) {
    const auto y = static_cast<int64_t>(random.below(static_cast<uint64_t>(height)));
    move.holes[i] = {y, static_cast<int64_t>(random.below(static_cast<uint64_t>(width)))};
  }
}

}  // namespace

Augmenter::Augmenter(const model::Training& training, dataset::ElementType element)
    : options_(training.augmentation), element_(element) {
  if (training.input.size() == 3) {
    channels_ = training.input[0];
    height_ = training.input[1];
    width_ = training.input[2];
  }
  for (int64_t c = 0; c < channels_; ++c) {
    const double fill = options_.fill_mean ? options_.fill[static_cast<size_t>(c)] : 0;
    fill_values_.push_back(static_cast<float>(fill));
    const double byte = std::round(std::clamp(fill, 0.0, 255.0));
    fill_bytes_.push_back(static_cast<uint8_t>(byte));
    fill_units_.push_back(static_cast<float>(byte / 255));
  }
}

// The pixel (y, x) of the result is that of the crop's, mirrored, turned around the center.
template <typename T>
void Augmenter::move_image(const T* from, const Move& move, const std::vector<T>& fill,
                           T* to) const {
  const auto source = [](int64_t at, bool flip, int64_t extent, int64_t shift) {
    return (flip ? extent - 1 - at : at) + shift;
  };
  const double center_y = static_cast<double>(height_ - 1) / 2;
  const double center_x = static_cast<double>(width_ - 1) / 2;
  // Columns of the result, before a flip, that lie inside the image.
  const int64_t begin = std::clamp<int64_t>(-move.right, 0, width_);
  const int64_t end = std::clamp<int64_t>(width_ - move.right, 0, width_);
  for (int64_t c = 0; c < channels_; ++c) {
    const T* plane = from + c * height_ * width_;
    const T empty = fill[static_cast<size_t>(c)];
    for (int64_t y = 0; y < height_; ++y, to += width_) {
      if (move.rotates) {
        const double dy = static_cast<double>(y) - center_y;
        for (int64_t x = 0; x < width_; ++x) {
          const double dx = static_cast<double>(x) - center_x;
          const auto turned_y =
              static_cast<int64_t>(std::lround(move.cosine * dy - move.sine * dx + center_y));
          const auto turned_x =
              static_cast<int64_t>(std::lround(move.sine * dy + move.cosine * dx + center_x));
          const int64_t from_y = source(turned_y, move.flip_y, height_, move.down);
          const int64_t from_x = source(turned_x, move.flip_x, width_, move.right);
          const bool inside = turned_y >= 0 && turned_y < height_ && turned_x >= 0 &&
                              turned_x < width_ && from_y >= 0 && from_y < height_ && from_x >= 0 &&
                              from_x < width_;
          to[x] = inside ? plane[from_y * width_ + from_x] : empty;
        }
        continue;
      }
      const int64_t from_y = source(y, move.flip_y, height_, move.down);
      if (from_y < 0 || from_y >= height_) {
        std::fill_n(to, width_, empty);
        continue;
      }
      const T* row = plane + from_y * width_ + move.right;
      std::fill_n(to, begin, empty);
      std::copy(row + begin, row + end, to + begin);
      std::fill(to + end, to + width_, empty);
      if (move.flip_x) std::reverse(to, to + width_);
    }
  }
}

template <typename T>
void Augmenter::cut_out(const Move& move, const std::vector<T>& fill, T* image) const {
  const int64_t size = options_.cutout_size;
  for (size_t hole = 0; hole < move.hole_count; ++hole) {
    const auto [center_y, center_x] = move.holes[hole];
    const int64_t top = std::max<int64_t>(center_y - size / 2, 0);
    const int64_t bottom = std::min(center_y - size / 2 + size, height_);
    const int64_t left = std::max<int64_t>(center_x - size / 2, 0);
    const int64_t right = std::min(center_x - size / 2 + size, width_);
    for (int64_t c = 0; c < channels_; ++c)
      for (int64_t y = top; y < bottom; ++y)
        std::fill_n(image + (c * height_ + y) * width_ + left, right - left,
                    fill[static_cast<size_t>(c)]);
  }
}

// torchvision's adjust_brightness, adjust_contrast and adjust_saturation of floats.
void Augmenter::change_colors(const Color& color, float* image) const {
  const auto plane = static_cast<size_t>(height_ * width_);
  const size_t count = plane * static_cast<size_t>(channels_);
  float *red = image, *green = image + plane, *blue = image + 2 * plane;
  for (const int what : color.order) {
    if (what == 0 && options_.brightness > 0) {
      for (size_t i = 0; i < count; ++i) image[i] = clamp_unit(color.brightness * image[i]);
    } else if (what == 1 && options_.contrast > 0) {
      const float mean =
          channels_ == 3 ? gray(mean_of(red, plane), mean_of(green, plane), mean_of(blue, plane))
                         : mean_of(image, count);
      const float added = (1 - color.contrast) * mean;
      for (size_t i = 0; i < count; ++i) image[i] = clamp_unit(color.contrast * image[i] + added);
    } else if (what == 2 && options_.saturation > 0) {
      for (size_t i = 0; i < plane; ++i) {
        const float added = (1 - color.saturation) * gray(red[i], green[i], blue[i]);
        red[i] = clamp_unit(color.saturation * red[i] + added);
        green[i] = clamp_unit(color.saturation * green[i] + added);
        blue[i] = clamp_unit(color.saturation * blue[i] + added);
      }
    }
  }
}

void Augmenter::change_bytes(Bytes features, int64_t records, uint64_t seed,
                             const Normalizer& normalizer, float* into) {
  const auto size = static_cast<size_t>(channels_ * height_ * width_);
  const auto* from = reinterpret_cast<const uint8_t*>(features.data());
  moved_.resize(features.size());
  auto* to = reinterpret_cast<uint8_t*>(moved_.data());
  if (options_.colors()) units_.resize(size);
  Move move;
  for (int64_t i = 0; i < records; ++i, from += size, to += size) {
    Color color;
    draw(options_, height_, width_, dataset::hash_of(seed, kImages, i), move, color);
    move_image(from, move, fill_bytes_, to);
    if (!options_.colors()) {
      cut_out(move, fill_bytes_, to);
      continue;
    }
    for (size_t j = 0; j < size; ++j) units_[j] = static_cast<float>(to[j]) / 255.0F;
    change_colors(color, units_.data());
    cut_out(move, fill_units_, units_.data());
    normalizer.apply_unit(units_, into + static_cast<size_t>(i) * size);
  }
  if (!options_.colors()) normalizer.apply(moved_, into);
}

void Augmenter::apply(Bytes features, int64_t records, uint64_t seed, const Normalizer& normalizer,
                      float* into) {
  if (!options_.changes_images()) return normalizer.apply(features, into);
  if (element_ == dataset::ElementType::kUint8)
    return change_bytes(features, records, seed, normalizer, into);
  const auto size = static_cast<size_t>(channels_ * height_ * width_);
  units_.resize(2 * size);  // one image, and what becomes of it
  moved_.resize(features.size());
  Move move;
  Color color;
  for (size_t i = 0; i < static_cast<size_t>(records); ++i) {
    const size_t at = i * size * sizeof(float);
    std::memcpy(units_.data(), features.data() + at, size * sizeof(float));
    draw(options_, height_, width_, dataset::hash_of(seed, kImages, i), move, color);
    move_image(units_.data(), move, fill_values_, units_.data() + size);
    cut_out(move, fill_values_, units_.data() + size);
    std::memcpy(moved_.data() + at, units_.data() + size, size * sizeof(float));
  }
  normalizer.apply(moved_, into);
}

Mixing Augmenter::draw_mixing(int64_t records, uint64_t seed) const {
  dataset::SplitMix64 random(dataset::hash_of(seed, kMixup));
  Mixing mixing;
  mixing.weight = larger_share(random, options_.mixup);
  mixing.partner.resize(static_cast<size_t>(records));
  std::iota(mixing.partner.begin(), mixing.partner.end(), 0);
  random.shuffle(std::span<int64_t>(mixing.partner));
  return mixing;
}

void Augmenter::mix(const Mixing& mixing, float* values, int64_t size) {
  const auto own = static_cast<float>(mixing.weight), other = 1 - own;
  const auto width = static_cast<size_t>(size);
  units_.assign(values, values + mixing.partner.size() * width);
  for (size_t i = 0; i < mixing.partner.size(); ++i) {
    const float* a = units_.data() + i * width;
    const float* b = units_.data() + static_cast<size_t>(mixing.partner[i]) * width;
    float* into = values + i * width;
    for (size_t j = 0; j < width; ++j) into[j] = own * a[j] + other * b[j];
  }
}

}  // namespace howdah::train
