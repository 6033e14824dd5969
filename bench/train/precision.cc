// What a step's forward and backward pass takes in float32 and bfloat16, with and without
// channels-last memory, and what augmentation adds to an image; one thread, in turn, the best of
// several rounds.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "dataset/random.h"
#include "model/zoo.h"
#include "train/augmentation.h"
#include "train/engine.h"
#include "train/network.h"

namespace howdah::bench {
namespace {

using Clock = std::chrono::steady_clock;

dataset::RecordBatch records(const model::Shape& shape, int64_t count) {
  dataset::RecordBatch batch;
  batch.records = count;
  dataset::SplitMix64 random(1);
  for (int64_t i = 0; i < count * shape[0] * shape[1] * shape[2]; ++i)
    batch.features.push_back(static_cast<std::byte>(random.below(256)));
  for (int64_t i = 0; i < count; ++i)
    batch.labels.push_back(static_cast<int32_t>(random.below(10)));
  return batch;
}

struct Case {
  bool bfloat16, channels_last;
  std::unique_ptr<train::Layout> layout;
  std::unique_ptr<train::Network> network;
  double best_ms = 1e18;
};

int measure_steps(model::ZooType type, const char* name, const model::Shape& input, int64_t count) {
  model::Training training;
  training.layers = model::zoo_layers({.type = type, .classes = 10}, 10);
  training.input = input;
  training.classes = 10;
  std::vector<Case> cases;
  for (const bool bfloat16 : {false, true})
    for (const bool channels_last : {false, true}) {
      training.bfloat16 = bfloat16;
      training.channels_last = channels_last;
      Case one{bfloat16, channels_last, {}, {}};
      one.layout = std::make_unique<train::Layout>(train::Layout::of(training).value());
      one.network =
          train::Network::create(training, *one.layout, dataset::ElementType::kUint8).value();
      cases.push_back(std::move(one));
    }
  const auto batch = records(input, count);
  const train::Network::Observers observers{[](const auto&, auto) {}, [](int, const float*) {}};
  for (int round = 0; round < 10; ++round)
    for (Case& one : cases) {
      const auto begin = Clock::now();
      if (!one.network->backward(batch, 1, observers)) return 1;
      const std::chrono::duration<double, std::milli> took = Clock::now() - begin;
      one.best_ms = std::min(one.best_ms, took.count());
    }
  for (const Case& one : cases)
    std::printf("%-10s batch %3ld  %-9s %-14s %7.2f ms  %.2f of float32\n", name,
                static_cast<long>(count), one.bfloat16 ? "bfloat16" : "float32",
                one.channels_last ? "channels last" : "", one.best_ms,
                one.best_ms / cases[0].best_ms);
  return 0;
}

void measure_augmentation(const char* name, const model::Augmentation& augmentation) {
  constexpr int64_t kImages = 128;
  model::Training training;
  training.input = {3, 32, 32};
  training.augmentation = augmentation;
  const auto batch = records(training.input, kImages);
  const auto normalizer = train::Normalizer::make({{0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}},
                                                  training.input, dataset::ElementType::kUint8)
                              .value();
  train::Augmenter augmenter(training, dataset::ElementType::kUint8);
  std::vector<float> into(batch.features.size());
  double best_ns = 1e18;
  for (uint64_t round = 0; round < 50; ++round) {
    const auto begin = Clock::now();
    augmenter.apply(batch.features, kImages, round, normalizer, into.data());
    if (augmentation.mixup > 0)
      augmenter.mix(augmenter.draw_mixing(kImages, round), into.data(), 3072);
    const std::chrono::duration<double, std::nano> took = Clock::now() - begin;
    best_ns = std::min(best_ns, took.count() / kImages);
  }
  std::printf("%-28s %7.0f ns an image of 3 x 32 x 32\n", name, best_ns);
}

}  // namespace
}  // namespace howdah::bench

int main() {
  using namespace howdah;
  train::configure_engine(1);
  int failed = bench::measure_steps(model::ZooType::kSmallCnn, "small_cnn", {1, 28, 28}, 64);
  failed += bench::measure_steps(model::ZooType::kResnet20, "resnet20", {3, 32, 32}, 32);
  bench::measure_augmentation("normalization alone", {});
  bench::measure_augmentation("crop, flip", {.crop_padding = 4, .flip_horizontal = 0.5});
  bench::measure_augmentation("crop, flip, cutout",
                              {.crop_padding = 4, .flip_horizontal = 0.5, .cutout_size = 8});
  bench::measure_augmentation("brightness, contrast, saturation",
                              {.brightness = 0.2, .contrast = 0.2, .saturation = 0.2});
  bench::measure_augmentation("rotation", {.rotate = 15});
  bench::measure_augmentation("mixup", {.mixup = 0.2});
  return failed;
}
