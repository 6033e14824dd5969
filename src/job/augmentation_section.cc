#include "job/augmentation_section.h"

#include <fmt/format.h>

namespace howdah::job {
namespace {

constexpr int64_t kLargestEdge = 1 << 16;

// "flip: horizontal", or "flip: {direction: both, probability: 0.3}".
void read_flip(YamlSection& keys, model::Augmentation& augmentation) {
  static const std::vector<std::string> kDirections = {"horizontal", "vertical", "both"};
  const YamlValue* flip = keys.any("flip");
  if (flip == nullptr) return;
  size_t direction = 0;
  double probability = 0.5;
  if (flip->kind == YamlValue::Kind::kScalar) {
    direction = keys.choice("flip", kDirections, 0);
  } else {
    YamlSection own = keys.section("flip");
    direction = own.choice("direction", kDirections, 0);
    probability = own.number("probability", probability, 0, 1);
    own.finish();
  }
  augmentation.flip_horizontal = direction != 1 ? probability : 0;
  augmentation.flip_vertical = direction != 0 ? probability : 0;
}

// A section that is there must say this.
int64_t needed(YamlSection& keys, const std::string& path, const std::string& key, int64_t least,
               const YamlValue* at) {
  if (keys.present() && !keys.has(key)) keys.refuse(*at, "'" + path + "." + key + "' is missing");
  return keys.integer(key, 0, least, kLargestEdge);
}

}  // namespace

model::Augmentation read_augmentation(YamlSection keys) {
  model::Augmentation augmentation;
  YamlSection crop = keys.section("crop");
  augmentation.crop_padding = needed(crop, "data.augment.crop", "padding", 1, keys.any("crop"));
  crop.finish();
  read_flip(keys, augmentation);
  augmentation.rotate = keys.number("rotate", 0, 0, 180);
  YamlSection color = keys.section("color");
  augmentation.brightness = color.number("brightness", 0, 0, 100);
  augmentation.contrast = color.number("contrast", 0, 0, 100);
  augmentation.saturation = color.number("saturation", 0, 0, 100);
  color.finish();
  YamlSection cutout = keys.section("cutout");
  augmentation.cutout_size = needed(cutout, "data.augment.cutout", "size", 1, keys.any("cutout"));
  augmentation.cutout_count = cutout.integer("count", 1, 1, 100);
  cutout.finish();
  YamlSection mixup = keys.section("mixup");
  if (mixup.present()) {
    augmentation.mixup = mixup.number("alpha", 0.2, 0, 100);
    if (augmentation.mixup <= 0)
      mixup.refuse(*mixup.any("alpha"), "'data.augment.mixup.alpha' must be above 0",
                   "leave 'mixup' out");
  }
  mixup.finish();
  augmentation.fill_mean = keys.choice("fill", {"zero", "mean"}, 0) == 1;
  if (keys.present()) augmentation.where = keys.where("");
  keys.finish();
  return augmentation;
}

std::string augmentation_to_yaml(const model::Augmentation& augmentation) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (augmentation.crop_padding > 0)
    add(fmt::format("crop: {{padding: {}}}", augmentation.crop_padding));
  const double horizontal = augmentation.flip_horizontal, vertical = augmentation.flip_vertical;
  if (horizontal > 0 || vertical > 0)
    add(fmt::format("flip: {{direction: {}, probability: {}}}",
                    vertical == 0     ? "horizontal"
                    : horizontal == 0 ? "vertical"
                                      : "both",
                    std::max(horizontal, vertical)));
  if (augmentation.rotate > 0) add(fmt::format("rotate: {}", augmentation.rotate));
  if (augmentation.colors())
    add(fmt::format("color: {{brightness: {}, contrast: {}, saturation: {}}}",
                    augmentation.brightness, augmentation.contrast, augmentation.saturation));
  if (augmentation.cutout_size > 0)
    add(fmt::format("cutout: {{size: {}, count: {}}}", augmentation.cutout_size,
                    augmentation.cutout_count));
  if (augmentation.mixup > 0) add(fmt::format("mixup: {{alpha: {}}}", augmentation.mixup));
  if (augmentation.fill_mean) add("fill: mean");
  return "{" + text + "}";
}

}  // namespace howdah::job
