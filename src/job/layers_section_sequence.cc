#include "job/layers_section_sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace howdah::job {
namespace {

using model::Layer;
using model::LayerKey;

constexpr int64_t kLargest = 1 << 20;
constexpr int64_t kMostTokens = int64_t{1} << 28;

bool is_number(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Numbers from 0, or names.
void read_columns(const std::string& word, YamlSection& keys, Layer& layer) {
  const YamlValue* list = keys.list(word);
  if (list == nullptr) return;
  const bool names = std::any_of(list->list.begin(), list->list.end(), [](const YamlValue& entry) {
    return entry.kind != YamlValue::Kind::kScalar || !is_number(entry.scalar);
  });
  if (!names) {
    layer.columns = keys.integers(word, {}, 0, kLargest);
    return;
  }
  for (const YamlValue& entry : list->list) {
    if (entry.kind != YamlValue::Kind::kScalar || entry.scalar.empty()) {
      keys.refuse(entry, "columns are given by their names, or by their numbers from 0");
      return;
    }
    layer.column_names.push_back(entry.scalar);
  }
}

std::string columns_text(const Layer& layer) {
  if (layer.column_names.empty())
    return layer.columns.empty() ? "" : fmt::format("[{}]", fmt::join(layer.columns, ", "));
  std::vector<std::string> names;
  for (const std::string& name : layer.column_names) {
    std::string quoted = "\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    names.push_back(quoted + "\"");
  }
  return fmt::format("[{}]", fmt::join(names, ", "));
}

}  // namespace

bool read_sequence_key(LayerKey key, const std::string& word, YamlSection& keys, Layer& layer) {
  switch (key) {
    case LayerKey::kFeatures:
      layer.units =
          keys.integer(word, layer.type == model::LayerType::kEmbedColumns ? 8 : 128, 1, kLargest);
      return true;
    case LayerKey::kVocabulary:
      layer.vocabulary = keys.integer(word, 0, 1, kMostTokens);
      return true;
    case LayerKey::kDeviation:
      layer.deviation = keys.number(word, 1, 1e-6, 1e3);
      return true;
    case LayerKey::kRepeats:
      layer.repeats = keys.integer(word, 1, 1, Layer::kMostRepeats);
      return true;
    case LayerKey::kNonlinearity:
      layer.relu = keys.choice(word, {"tanh", "relu"}, 0) == 1;
      return true;
    case LayerKey::kBidirectional:
      layer.bidirectional = keys.flag(word, false);
      return true;
    case LayerKey::kDropout:
      layer.rate = keys.number(word, 0, 0, 0.99);
      return true;
    case LayerKey::kRecurrentRate:
      layer.recurrent_rate = keys.number(word, 0, 0, 0.99);
      return true;
    case LayerKey::kReturn:
      layer.last = keys.choice(word, {"sequence", "last"}, 0) == 1;
      return true;
    case LayerKey::kColumns:
      read_columns(word, keys, layer);
      return true;
    case LayerKey::kSizes:
      layer.sizes = keys.integers(word, {}, 1, kMostTokens);
      return true;
    default:
      return false;
  }
}

std::optional<std::string> sequence_value(const Layer& layer, LayerKey key) {
  switch (key) {
    case LayerKey::kFeatures:
      return std::to_string(layer.units);
    case LayerKey::kVocabulary:
      return layer.vocabulary == 0 ? "" : std::to_string(layer.vocabulary);
    case LayerKey::kDeviation:
      return layer.deviation == 1 ? "" : fmt::format("{}", layer.deviation);
    case LayerKey::kRepeats:
      return std::to_string(layer.repeats);
    case LayerKey::kNonlinearity:
      return layer.relu ? "relu" : "tanh";
    case LayerKey::kBidirectional:
      return layer.bidirectional ? "true" : "false";
    case LayerKey::kDropout:
      return fmt::format("{}", layer.rate);
    case LayerKey::kRecurrentRate:
      return fmt::format("{}", layer.recurrent_rate);
    case LayerKey::kReturn:
      return layer.last ? "last" : "sequence";
    case LayerKey::kColumns:
      return columns_text(layer);
    case LayerKey::kSizes:
      return layer.sizes.empty() ? "" : fmt::format("[{}]", fmt::join(layer.sizes, ", "));
    default:
      return std::nullopt;
  }
}

}  // namespace howdah::job
