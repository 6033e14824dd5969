#include "job/zoo_section.h"

#include <fmt/format.h>

namespace howdah::job {
namespace {

constexpr int64_t kLargest = 1 << 20;

// In the order of Pooling.
const std::vector<std::string>& pooling_words() {
  static const std::vector<std::string> words = {"last", "mean", "max"};
  return words;
}

void read_key(model::ZooKey key, YamlSection& keys, model::ZooModel& model) {
  switch (key) {
    case model::ZooKey::kHidden:
      model.hidden = keys.integers("hidden", model.hidden, 1, kLargest);
      break;
    case model::ZooKey::kEmbedding:
      model.embedding = keys.integer("embedding", model.embedding, 1, kLargest);
      break;
    case model::ZooKey::kFilters:
      model.filters = keys.integer("filters", model.filters, 1, kLargest);
      break;
    case model::ZooKey::kKernels:
      model.kernels = keys.integers("kernels", model.kernels, 1, kLargest);
      break;
    case model::ZooKey::kUnits:
      model.units = keys.integer("units", model.units, 1, kLargest);
      break;
    case model::ZooKey::kLayers:
      model.layers = keys.integer("layers", model.layers, 1, model::Layer::kMostRepeats);
      break;
    case model::ZooKey::kBidirectional:
      model.bidirectional = keys.flag("bidirectional", model.bidirectional);
      break;
    case model::ZooKey::kDropout:
      model.dropout = keys.number("dropout", model.dropout, 0, 0.99);
      break;
    case model::ZooKey::kPooling:
      model.pooling = static_cast<model::Pooling>(
          keys.choice("pooling", pooling_words(), static_cast<size_t>(model.pooling)));
      break;
    case model::ZooKey::kWidth:
      model.width = keys.integer("width", model.width, 1, kLargest);
      break;
    case model::ZooKey::kHeads:
      model.heads = keys.integer("heads", model.heads, 1, kLargest);
      break;
    case model::ZooKey::kFeedForward:
      model.feed_forward = keys.integer("feed_forward", 4 * model.width, 1, 4 * kLargest);
      break;
    case model::ZooKey::kNorm:
      model.norm_first = keys.choice("norm", {"pre", "post"}, 0) == 0;
      break;
    case model::ZooKey::kShared:
      model.shared = keys.flag("shared", false);
      break;
  }
}

std::string key_text(model::ZooKey key, const model::ZooModel& model) {
  switch (key) {
    case model::ZooKey::kHidden:
      return fmt::format("hidden: [{}]", fmt::join(model.hidden, ", "));
    case model::ZooKey::kEmbedding:
      return fmt::format("embedding: {}", model.embedding);
    case model::ZooKey::kFilters:
      return fmt::format("filters: {}", model.filters);
    case model::ZooKey::kKernels:
      return fmt::format("kernels: [{}]", fmt::join(model.kernels, ", "));
    case model::ZooKey::kUnits:
      return fmt::format("units: {}", model.units);
    case model::ZooKey::kLayers:
      return fmt::format("layers: {}", model.layers);
    case model::ZooKey::kBidirectional:
      return fmt::format("bidirectional: {}", model.bidirectional);
    case model::ZooKey::kDropout:
      return fmt::format("dropout: {}", model.dropout);
    case model::ZooKey::kPooling:
      return "pooling: " + pooling_words()[static_cast<size_t>(model.pooling)];
    case model::ZooKey::kWidth:
      return fmt::format("width: {}", model.width);
    case model::ZooKey::kHeads:
      return fmt::format("heads: {}", model.heads);
    case model::ZooKey::kFeedForward:
      return fmt::format("feed_forward: {}", model.feed_forward);
    case model::ZooKey::kNorm:
      return fmt::format("norm: {}", model.norm_first ? "pre" : "post");
    case model::ZooKey::kShared:
      return fmt::format("shared: {}", model.shared);
  }
  return "";
}

}  // namespace

model::ZooModel read_zoo(YamlSection& keys) {
  std::vector<std::string> names;
  for (const model::ZooRow& row : model::zoo_types()) names.emplace_back(row.name);
  const model::ZooRow& row = model::zoo_types()[keys.choice("type", names, 0)];
  model::ZooModel model = row.fallback;
  model.type = row.type;
  model.where = keys.where("type");
  model.classes = keys.integer("classes", 0, 1, kLargest);
  for (const model::ZooKey key : row.keys) read_key(key, keys, model);
  return model;
}

std::string zoo_to_yaml(const model::ZooModel& model) {
  const model::ZooRow& row = model::zoo_types()[static_cast<size_t>(model.type)];
  std::string text = fmt::format("{{type: {}", row.name);
  for (const model::ZooKey key : row.keys) text += ", " + key_text(key, model);
  if (model.classes > 0) text += fmt::format(", classes: {}", model.classes);
  return text + "}";
}

}  // namespace howdah::job
