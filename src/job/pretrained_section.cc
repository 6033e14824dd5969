#include "job/pretrained_section.h"

#include <fmt/format.h>

#include <algorithm>

#include "job/yaml_text.h"

namespace howdah::job {
namespace {

using Map = model::Pretrained::Map;

bool good_pattern(const YamlValue& value) {
  return value.kind == YamlValue::Kind::kScalar && !value.scalar.empty() &&
         value.scalar.size() <= 200 && value.scalar.find_first_of("\"\\") == std::string::npos &&
         std::all_of(value.scalar.begin(), value.scalar.end(),
                     [](char c) { return c >= ' ' && c <= '~'; });
}

void read_patterns(YamlSection& keys, const YamlValue& map, model::Pretrained& pretrained) {
  pretrained.map = Map::kPatterns;
  for (size_t i = 0; i < map.map.size(); ++i) {
    const auto& [from, to] = map.map[i];
    YamlValue key;
    key.kind = YamlValue::Kind::kScalar;
    key.scalar = from;
    key.place = map.key_places[i];
    if (!good_pattern(key) || !good_pattern(to)) {
      keys.refuse(good_pattern(key) ? to : key,
                  "'model.pretrained.map' must be of patterns of names, 200 letters at most",
                  "write it as {\"backbone.*\": \"*\"}");
      return;
    }
    const auto stars = [](const std::string& text) {
      return std::count(text.begin(), text.end(), '*');
    };
    if (stars(to.scalar) > stars(from))
      keys.refuse(to, fmt::format("'{}' has more '*' than '{}'", to.scalar, from));
    pretrained.patterns.emplace_back(from, to.scalar);
  }
}

}  // namespace

model::Pretrained read_pretrained(YamlSection keys, std::optional<model::ZooType> zoo) {
  model::Pretrained pretrained;
  if (!keys.present()) return pretrained;
  pretrained.weights = keys.required_text("weights");
  pretrained.where = keys.where("weights");
  pretrained.zoo = zoo;
  if (const YamlValue* map = keys.any("map"); map && map->kind == YamlValue::Kind::kMap) {
    read_patterns(keys, *map, pretrained);
  } else if (keys.choice("map", {"none", "torchvision"}, 0) == 1) {
    pretrained.map = Map::kTorchvision;
    if (zoo != model::ZooType::kResnet18 && zoo != model::ZooType::kResnet50)
      keys.refuse(*map,
                  "'model.pretrained.map: torchvision' is for the types resnet18 and resnet50",
                  "write patterns: {\"backbone.*\": \"*\"}");
  }
  if (const YamlValue* skip = keys.list("skip"))
    for (const YamlValue& pattern : skip->list) {
      if (!good_pattern(pattern))
        keys.refuse(pattern, "'model.pretrained.skip' must be a list of patterns of names",
                    "write it as [\"fc.*\"]");
      pretrained.skip.push_back(pattern.scalar);
    }
  pretrained.strict = keys.flag("strict", true);
  keys.finish();
  return pretrained;
}

std::string pretrained_to_yaml(const model::Pretrained& pretrained) {
  std::string text = fmt::format("{{weights: {}", quoted(pretrained.weights));
  if (pretrained.map == Map::kTorchvision) text += ", map: torchvision";
  if (pretrained.map == Map::kPatterns) {
    std::string patterns;
    for (const auto& [from, to] : pretrained.patterns)
      patterns += fmt::format("{}{}: {}", patterns.empty() ? "" : ", ", quoted(from), quoted(to));
    text += ", map: {" + patterns + "}";
  }
  if (!pretrained.skip.empty()) {
    std::string patterns;
    for (const std::string& pattern : pretrained.skip)
      patterns += fmt::format("{}{}", patterns.empty() ? "" : ", ", quoted(pattern));
    text += ", skip: [" + patterns + "]";
  }
  return text + fmt::format(", strict: {}}}", pretrained.strict);
}

}  // namespace howdah::job
