#include "train/augmentation.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <map>

#include "dataset/random.h"

namespace howdah::train {
namespace {

using model::Augmentation;

constexpr int64_t kHeight = 6, kWidth = 7;

// One record is one image of 3 channels; each byte tells where it stood.
std::vector<uint8_t> image(int64_t channels = 3) {
  std::vector<uint8_t> bytes;
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t y = 0; y < kHeight; ++y)
      for (int64_t x = 0; x < kWidth; ++x)
        bytes.push_back(static_cast<uint8_t>(1 + c * 70 + y * 10 + x));
  return bytes;
}

// What becomes of `count` times the same image, a byte's value v as v / 255.
std::vector<std::vector<float>> augmented(const Augmentation& options, int64_t count,
                                          uint64_t seed = 3) {
  model::Training training;
  training.input = {3, kHeight, kWidth};
  training.augmentation = options;
  const Normalizer normalizer =
      Normalizer::make({}, training.input, dataset::ElementType::kUint8).value();
  Augmenter augmenter(training, dataset::ElementType::kUint8);
  const std::vector<uint8_t> one = image();
  std::vector<uint8_t> all;
  for (int64_t i = 0; i < count; ++i) all.insert(all.end(), one.begin(), one.end());
  std::vector<float> values(all.size());
  augmenter.apply(std::as_bytes(std::span(all)), count, seed, normalizer, values.data());
  std::vector<std::vector<float>> images;
  for (size_t i = 0; i < static_cast<size_t>(count); ++i)
    images.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(i * one.size()),
                        values.begin() + static_cast<std::ptrdiff_t>((i + 1) * one.size()));
  return images;
}

float unit(int byte) {
  return static_cast<float>(byte / 255.0);
}

// The image whose pixel (y, x) is that at from(y, x) of the original, or `empty`.
template <typename From>
std::vector<float> rearranged(From&& from, std::array<int, 3> empty = {0, 0, 0}) {
  const std::vector<uint8_t> bytes = image();
  std::vector<float> values;
  for (int64_t c = 0; c < 3; ++c)
    for (int64_t y = 0; y < kHeight; ++y)
      for (int64_t x = 0; x < kWidth; ++x) {
        const auto [from_y, from_x] = from(y, x);
        const bool inside = from_y >= 0 && from_y < kHeight && from_x >= 0 && from_x < kWidth;
        values.push_back(
            unit(inside ? bytes[static_cast<size_t>((c * kHeight + from_y) * kWidth + from_x)]
                        : empty[static_cast<size_t>(c)]));
      }
  return values;
}

using Pixel = std::pair<int64_t, int64_t>;

TEST(Augmenter, crops_anywhere_within_the_padding_and_equally_often) {
  std::map<Pixel, int> found;
  for (const auto& got : augmented({.crop_padding = 2}, 5000))
    for (int64_t down = -2; down <= 2; ++down)
      for (int64_t right = -2; right <= 2; ++right)
        if (got == rearranged([&](int64_t y, int64_t x) { return Pixel(y + down, x + right); }))
          ++found[{down, right}];
  EXPECT_EQ(found.size(), 25U);
  for (const auto& [place, times] : found) EXPECT_NEAR(times, 200, 60);
}

TEST(Augmenter, leaves_the_mean_where_it_is_asked_to) {
  Augmentation options{.crop_padding = 2, .fill_mean = true, .fill = {10.4, 20.6, 300}};
  for (const auto& got : augmented(options, 50)) {
    bool matched = false;
    for (int64_t down = -2; down <= 2; ++down)
      for (int64_t right = -2; right <= 2; ++right)
        matched |=
            got == rearranged([&](int64_t y, int64_t x) { return Pixel(y + down, x + right); },
                              {10, 21, 255});
    EXPECT_TRUE(matched);
  }
}

TEST(Augmenter, flips_as_often_as_it_is_asked_to) {
  const auto plain = rearranged([](int64_t y, int64_t x) { return Pixel(y, x); });
  const auto left = rearranged([](int64_t y, int64_t x) { return Pixel(y, kWidth - 1 - x); });
  const auto down = rearranged([](int64_t y, int64_t x) { return Pixel(kHeight - 1 - y, x); });
  int mirrored = 0;
  for (const auto& got : augmented({.flip_horizontal = 0.3}, 4000)) {
    EXPECT_TRUE(got == plain || got == left);
    mirrored += got == left;
  }
  EXPECT_NEAR(mirrored, 1200, 150);
  for (const auto& got : augmented({.flip_vertical = 1}, 10)) EXPECT_EQ(got, down);
  for (const auto& got : augmented({.flip_horizontal = 1, .flip_vertical = 1}, 10))
    EXPECT_EQ(got, rearranged([](int64_t y, int64_t x) {
                return Pixel(kHeight - 1 - y, kWidth - 1 - x);
              }));
}

TEST(Augmenter, flips_what_was_cropped) {
  for (const auto& got : augmented({.crop_padding = 1, .flip_horizontal = 1}, 20)) {
    bool matched = false;
    for (int64_t down = -1; down <= 1; ++down)
      for (int64_t right = -1; right <= 1; ++right)
        matched |= got == rearranged([&](int64_t y, int64_t x) {
                     return Pixel(y + down, kWidth - 1 - x + right);
                   });
    EXPECT_TRUE(matched);
  }
}

TEST(Augmenter, rotates_around_the_center_to_the_nearest_pixel) {
  // Every angle of a fine grid gives one of these.
  std::map<std::vector<float>, int> turned;
  for (int step = -20000; step <= 20000; ++step) {
    const double angle = step * 20.0 / 20000 * M_PI / 180;
    turned[rearranged([&](int64_t y, int64_t x) {
      const double dy = static_cast<double>(y) - 2.5, dx = static_cast<double>(x) - 3;
      return Pixel(std::lround(std::cos(angle) * dy - std::sin(angle) * dx + 2.5),
                   std::lround(std::sin(angle) * dy + std::cos(angle) * dx + 3));
    })] = step;
  }
  std::map<int, int> seen;
  for (const auto& got : augmented({.rotate = 20}, 300)) {
    ASSERT_TRUE(turned.contains(got));
    ++seen[turned[got] > 0];
  }
  EXPECT_GT(seen[0], 50);
  EXPECT_GT(seen[1], 50);
}

TEST(Augmenter, cuts_squares_out_last) {
  const auto plain = rearranged([](int64_t y, int64_t x) { return Pixel(y, x); });
  std::map<Pixel, int> found;
  for (const auto& got : augmented({.cutout_size = 3, .cutout_count = 1}, 2000))
    for (int64_t center_y = 0; center_y < kHeight; ++center_y)
      for (int64_t center_x = 0; center_x < kWidth; ++center_x) {
        auto expected = plain;
        for (int64_t c = 0; c < 3; ++c)
          for (int64_t y = std::max<int64_t>(center_y - 1, 0);
               y <= std::min(center_y + 1, kHeight - 1); ++y)
            for (int64_t x = std::max<int64_t>(center_x - 1, 0);
                 x <= std::min(center_x + 1, kWidth - 1); ++x)
              expected[static_cast<size_t>((c * kHeight + y) * kWidth + x)] = 0;
        if (got == expected) ++found[{center_y, center_x}];
      }
  EXPECT_EQ(found.size(), 42U);
  for (const auto& got : augmented({.brightness = 0.5, .cutout_size = 6}, 20))
    EXPECT_GE(std::count(got.begin(), got.end(), 0.0F), 27);
}

// torchvision's blends, one pixel after the other in double precision.
std::vector<double> recolored(const std::vector<float>& from, double brightness, double contrast,
                              double saturation, const std::array<int, 3>& order) {
  std::vector<double> at(from.begin(), from.end());
  const size_t plane = kHeight * kWidth;
  const auto gray = [&](size_t i) {
    return 0.2989 * at[i] + 0.587 * at[i + plane] + 0.114 * at[i + 2 * plane];
  };
  for (const int what : order) {
    std::vector<double> other(plane, 0.0);
    double mean = 0;
    for (size_t i = 0; i < plane; ++i) mean += gray(i) / static_cast<double>(plane);
    for (size_t i = 0; i < plane; ++i) other[i] = what == 0 ? 0 : what == 1 ? mean : gray(i);
    const double factor = what == 0 ? brightness : what == 1 ? contrast : saturation;
    for (size_t i = 0; i < at.size(); ++i)
      at[i] = std::clamp(factor * at[i] + (1 - factor) * other[i % plane], 0.0, 1.0);
  }
  return at;
}

TEST(Augmenter, changes_brightness_within_its_range) {
  const auto plain = rearranged([](int64_t y, int64_t x) { return Pixel(y, x); });
  double least = 2, most = 0, sum = 0;
  for (const auto& got : augmented({.brightness = 0.4}, 2000)) {
    const double factor = static_cast<double>(got[0]) / static_cast<double>(plain[0]);
    const auto expected = recolored(plain, factor, 1, 1, {0, 0, 0});
    for (size_t i = 0; i < got.size(); ++i)
      ASSERT_NEAR(got[i], std::clamp(factor * static_cast<double>(plain[i]), 0.0, 1.0), 1e-5);
    least = std::min(least, factor);
    most = std::max(most, factor);
    sum += factor;
  }
  EXPECT_NEAR(least, 0.6, 0.01);
  EXPECT_NEAR(most, 1.4, 0.01);
  EXPECT_NEAR(sum / 2000, 1, 0.02);
}

TEST(Augmenter, blends_contrast_and_saturation_as_torchvision_does) {
  const auto plain = rearranged([](int64_t y, int64_t x) { return Pixel(y, x); });
  // The factor is found from one pixel, and must then hold for all.
  const auto holds = [&](const std::vector<float>& got, int what) {
    for (double factor = 0.7; factor <= 1.3; factor += 0.0005) {
      const auto expected =
          recolored(plain, 1, what == 1 ? factor : 1, what == 2 ? factor : 1, {what, 0, 0});
      double worst = 0;
      for (size_t i = 0; i < got.size(); ++i)
        worst = std::max(worst, std::abs(static_cast<double>(got[i]) - expected[i]));
      if (worst < 5e-4) return true;
    }
    return false;
  };
  for (const auto& got : augmented({.contrast = 0.3}, 50)) EXPECT_TRUE(holds(got, 1));
  for (const auto& got : augmented({.saturation = 0.3}, 50)) EXPECT_TRUE(holds(got, 2));
}

TEST(Augmenter, depends_on_seed_and_place_alone) {
  const Augmentation all{.crop_padding = 2,
                         .flip_horizontal = 0.5,
                         .rotate = 30,
                         .brightness = 0.3,
                         .contrast = 0.3,
                         .saturation = 0.3,
                         .cutout_size = 2};
  const auto many = augmented(all, 20), few = augmented(all, 5);
  for (size_t i = 0; i < few.size(); ++i) EXPECT_EQ(few[i], many[i]);
  EXPECT_NE(many[0], many[1]);
  EXPECT_NE(augmented(all, 5, 4), few);
}

TEST(Augmenter, changes_floats_as_they_are) {
  model::Training training;
  training.input = {1, 2, 2};
  training.augmentation = {.flip_horizontal = 1};
  const Normalizer normalizer =
      Normalizer::make({{10}, {2}}, training.input, dataset::ElementType::kFloat32).value();
  Augmenter augmenter(training, dataset::ElementType::kFloat32);
  const std::vector<float> from{10, 12, -2, 14};
  std::vector<float> to(4);
  augmenter.apply(std::as_bytes(std::span(from)), 1, 1, normalizer, to.data());
  EXPECT_EQ(to, (std::vector<float>{1, 0, 2, -6}));
}

TEST(Augmenter, mixes_with_a_share_of_the_beta_distribution) {
  model::Training training;
  for (const double alpha : {0.2, 1.0, 4.0}) {
    training.augmentation = {.mixup = alpha};
    const Augmenter augmenter(training, dataset::ElementType::kFloat32);
    double squares = 0;
    const int draws = 20000;
    for (int i = 0; i < draws; ++i) {
      const Mixing mixing = augmenter.draw_mixing(8, static_cast<uint64_t>(i));
      EXPECT_GE(mixing.weight, 0.5);
      EXPECT_LE(mixing.weight, 1);
      squares += (mixing.weight - 0.5) * (mixing.weight - 0.5) / draws;
      auto sorted = mixing.partner;
      std::sort(sorted.begin(), sorted.end());
      EXPECT_EQ(sorted, (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7}));
    }
    EXPECT_NEAR(squares, 1 / (4 * (2 * alpha + 1)), 0.004) << alpha;  // the variance
  }
}

TEST(Augmenter, mixes_records_with_their_partners) {
  model::Training training;
  training.augmentation = {.mixup = 1};
  Augmenter augmenter(training, dataset::ElementType::kFloat32);
  std::vector<float> values{1, 2, 10, 20, 100, 200};
  augmenter.mix({.partner = {1, 2, 0}, .weight = 0.75}, values.data(), 2);
  EXPECT_EQ(values, (std::vector<float>{3.25F, 6.5F, 32.5F, 65, 75.25F, 150.5F}));
}

}  // namespace
}  // namespace howdah::train
