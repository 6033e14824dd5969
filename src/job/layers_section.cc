#include "job/layers_section.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "job/layers_section_attention.h"
#include "job/layers_section_sequence.h"
#include "job/yaml_section.h"
#include "model/layer_types.h"

namespace howdah::job {
namespace {
using model::Layer;
using model::LayerKey;
using model::LayerType;
using model::LayerTypeRow;
using model::Pair;

constexpr int64_t kLargest = 1 << 20;
constexpr double kLargestNumber = 1e6;

// As the job file writes them, in the order of LayerKey.
const std::vector<std::string>& key_words() {
  static const std::vector<std::string> words = {
      "units",      "filters",       "kernel",       "size",
      "size",       "stride",        "padding",      "dilation",
      "groups",     "bias",          "ceil_mode",    "rate",
      "momentum",   "epsilon",       "slope",        "alpha",
      "beta",       "min",           "max",          "approximate",
      "shape",      "dimensions",    "axis",         "merge",
      "heads",      "units",         "feed_forward", "causal",
      "score",      "output",        "norm",         "activation",
      "type",       "initial",       "scale",        "share",
      "features",   "vocabulary",    "std",          "layers",
      "activation", "bidirectional", "dropout",      "recurrent_dropout",
      "return",     "columns",       "sizes",        "layers",
      "shortcut",   "branches"};
  return words;
}
const std::string& word_of(LayerKey key) {
  return key_words()[static_cast<size_t>(key)];
}

// Reads the keys of one layer.
class LayerReader {
 public:
  LayerReader(const LayerTypeRow& row, const YamlValue* keys, const YamlValue& at, Status& error)
      : row_(row), keys_(keys, "layers." + std::string(row.name), error), at_(at), error_(error) {}

  Layer read() {
    layer_.type = row_.type;
    layer_.where = at_.place.to_string();
    if (row_.type == LayerType::kResidual) layer_.branches.resize(2);
    for (const LayerKey key : row_.keys)
      if (!read_number(key) && !read_window(key) &&
          !read_attention_key(key, word_of(key), keys_, layer_) &&
          !read_sequence_key(key, word_of(key), keys_, layer_))
        read_other(key);
    keys_.finish();
    return layer_;
  }

 private:
  bool read_number(LayerKey key) {
    const std::string& word = word_of(key);
    const auto number = [&](double& to, double least, double most) {
      to = keys_.number(word, to, least, most);
      return true;
    };
    switch (key) {
      case LayerKey::kRate:
        layer_.rate = 0.5;
        return number(layer_.rate, 0, 0.99);
      case LayerKey::kMomentum:
        return number(layer_.momentum, 0, 1);
      case LayerKey::kEpsilon:
        return number(layer_.epsilon, 1e-12, 0.1);
      case LayerKey::kSlope:
        return number(layer_.slope, 0, kLargestNumber);
      case LayerKey::kAlpha:
        return number(layer_.alpha, 0, kLargestNumber);
      case LayerKey::kBeta:
        return number(layer_.beta, 1e-6, kLargestNumber);
      case LayerKey::kLeast:
        return number(layer_.least, -kLargestNumber, kLargestNumber);
      case LayerKey::kMost:
        return number(layer_.most, -kLargestNumber, kLargestNumber);
      default:
        return false;
    }
  }

  bool read_window(LayerKey key) {
    switch (key) {
      case LayerKey::kKernel:
        layer_.kernel = pair(key, 3, 1);
        return true;
      case LayerKey::kSize:
        layer_.kernel = pair(key, 2, 1);
        layer_.stride = layer_.kernel;
        return true;
      case LayerKey::kOutputSize:
        layer_.kernel = pair(key, 1, 1);
        return true;
      case LayerKey::kStride:
        layer_.stride = pair(key, layer_.stride, 1);
        return true;
      case LayerKey::kDilation:
        layer_.dilation = pair(key, 1, 1);
        return true;
      case LayerKey::kPadding:
        read_padding();
        return true;
      default:
        return false;
    }
  }

  // "same" is for what has filters; half the window is the most for pooling.
  void read_padding() {
    const bool pooling = row_.keys.front() == LayerKey::kSize;
    const YamlValue* found = keys_.any("padding");
    if (!pooling && found && found->scalar == "same")
      layer_.padding = Layer::kSame;
    else
      layer_.padding =
          pair(LayerKey::kPadding, 0, 0,
               pooling ? std::max(layer_.kernel.rows, layer_.kernel.columns) / 2 : kLargest);
  }

  void read_other(LayerKey key) {
    const std::string& word = word_of(key);
    switch (key) {
      case LayerKey::kUnits:
      case LayerKey::kFilters:
        layer_.units = keys_.integer(word, 0, 1, kLargest);
        if (layer_.units == 0) need(word);
        break;
      case LayerKey::kGroups:
        layer_.groups = keys_.integer(word, 1, 1, kLargest);
        if (row_.type == LayerType::kGroupNorm && !keys_.any(word)) need(word);
        break;
      case LayerKey::kBias:
        layer_.bias = keys_.flag(word, true);
        break;
      case LayerKey::kCeilMode:
        layer_.ceil_mode = keys_.flag(word, false);
        break;
      case LayerKey::kApproximation:
        layer_.tanh_approximation = keys_.choice(word, {"none", "tanh"}, 0) == 1;
        break;
      case LayerKey::kShape:
        layer_.shape = keys_.integers(word, {}, -1, kLargest);
        if (layer_.shape.empty()) need(word);
        break;
      case LayerKey::kDimensions:
        layer_.dimensions = keys_.integer(word, 0, 1, 8);
        break;
      case LayerKey::kAxis:
        layer_.axis = keys_.integer(word, 1, 1, 8);
        break;
      case LayerKey::kMerge:
        layer_.concat = keys_.choice(word, {"concat", "add"}, 0) == 0;
        break;
      default:
        read_branches(key, word);
    }
  }

  void read_branches(LayerKey key, const std::string& word) {
    const YamlValue* list = keys_.list(word);
    if (key == LayerKey::kBranches) {
      if (!list || list->list.empty()) need(word);
      for (const YamlValue& branch : list ? list->list : std::vector<YamlValue>()) {
        if (branch.kind != YamlValue::Kind::kList)
          keys_.refuse(branch, "'layers.parallel.branches' must be a list of lists of layers",
                       "write branches: [[relu], [tanh]]");
        layer_.branches.push_back(read_layers(branch, error_));
      }
      return;
    }
    if (key == LayerKey::kLayers && (!list || list->list.empty())) need(word);
    if (list) layer_.branches[key == LayerKey::kLayers ? 0 : 1] = read_layers(*list, error_);
  }

  // Both extents of a window; a type of one dimension takes one number.
  Pair pair(LayerKey key, Pair fallback, int64_t least, int64_t most = kLargest) {
    const std::string& word = word_of(key);
    const YamlValue* given = keys_.any(word);
    if (!given) return fallback;
    const auto numbers = keys_.integers(word, {fallback.rows}, least, most);
    if (numbers.size() == 1) return numbers[0];
    if (numbers.size() == 2 && !row_.one_dimension) return {numbers[0], numbers[1]};
    keys_.refuse(*given, fmt::format("'layers.{}.{}' must be {}", row_.name, word,
                                     row_.one_dimension ? "one number"
                                                        : "one number, or two: [rows, columns]"));
    return fallback;
  }

  void need(const std::string& word) {
    keys_.refuse(at_, fmt::format("{} needs '{}'", row_.name, word));
  }

  const LayerTypeRow& row_;
  YamlSection keys_;
  const YamlValue& at_;
  Status& error_;
  Layer layer_;
};

Layer read_layer(const YamlValue& entry, Status& error) {
  YamlSection complain(nullptr, "layers", error);
  std::string word;
  const YamlValue* keys = nullptr;
  if (entry.kind == YamlValue::Kind::kScalar) {
    word = entry.scalar;
  } else if (entry.kind == YamlValue::Kind::kMap && entry.map.size() == 1) {
    word = entry.map[0].first;
    keys = &entry.map[0].second;
  } else {
    complain.refuse(entry, "a layer is one word, or one word with its keys",
                    "write - dense: {units: 10}");
    return {};
  }
  std::vector<std::string> known;
  for (const LayerTypeRow& row : model::layer_types()) {
    known.emplace_back(row.name);
    if (row.name == word) return LayerReader(row, keys, entry, error).read();
  }
  const std::string near = nearest(word, known);
  complain.refuse(entry, "unknown layer '" + word + "'",
                  near.empty() ? "known: " + join(known) : "did you mean '" + near + "'?");
  return {};
}

std::string flow_list(const std::vector<Layer>& layers);

// Empty where a key that came later than the others has its fallback.
std::string value_of(const Layer& layer, LayerKey key) {
  const Layer fallback;
  if (const auto value = attention_value(layer, key)) return *value;
  if (const auto value = sequence_value(layer, key)) return *value;
  switch (key) {
    case LayerKey::kUnits:
    case LayerKey::kFilters:
      return std::to_string(layer.units);
    case LayerKey::kKernel:
    case LayerKey::kSize:
    case LayerKey::kOutputSize:
      return to_string(layer.kernel);
    case LayerKey::kStride:
      return to_string(layer.stride);
    case LayerKey::kPadding:
      return layer.padding == Pair(Layer::kSame) ? "same" : to_string(layer.padding);
    case LayerKey::kDilation:
      return layer.dilation == fallback.dilation ? "" : to_string(layer.dilation);
    case LayerKey::kGroups:
      return layer.groups == 1 && layer.type != LayerType::kGroupNorm
                 ? ""
                 : std::to_string(layer.groups);
    case LayerKey::kBias:
      return layer.bias ? "true" : "false";
    case LayerKey::kCeilMode:
      return layer.ceil_mode ? "true" : "";
    case LayerKey::kRate:
      return fmt::format("{}", layer.rate);
    case LayerKey::kMomentum:
      return layer.momentum == fallback.momentum ? "" : fmt::format("{}", layer.momentum);
    case LayerKey::kEpsilon:
      return layer.epsilon == fallback.epsilon ? "" : fmt::format("{}", layer.epsilon);
    case LayerKey::kSlope:
      return fmt::format("{}", layer.slope);
    case LayerKey::kAlpha:
      return fmt::format("{}", layer.alpha);
    case LayerKey::kBeta:
      return fmt::format("{}", layer.beta);
    case LayerKey::kLeast:
      return fmt::format("{}", layer.least);
    case LayerKey::kMost:
      return fmt::format("{}", layer.most);
    case LayerKey::kApproximation:
      return layer.tanh_approximation ? "tanh" : "";
    case LayerKey::kShape:
      return model::to_string(layer.shape);
    case LayerKey::kDimensions:
      return layer.dimensions == 0 ? "" : std::to_string(layer.dimensions);
    case LayerKey::kAxis:
      return std::to_string(layer.axis);
    case LayerKey::kMerge:
      return layer.concat ? "concat" : "add";
    case LayerKey::kLayers:
      return flow_list(layer.branches[0]);
    case LayerKey::kShortcut:
      return flow_list(layer.branches[1]);
    case LayerKey::kBranches: {
      std::vector<std::string> branches;
      for (const auto& branch : layer.branches) branches.push_back(flow_list(branch));
      return fmt::format("[{}]", fmt::join(branches, ", "));
    }
    default:
      return "";
  }
}

std::string keys_of(const Layer& layer) {
  std::vector<std::string> keys;
  for (const LayerKey key : model::row_of(layer.type).keys)
    if (const std::string value = value_of(layer, key); !value.empty())
      keys.push_back(word_of(key) + ": " + value);
  return keys.empty() ? "" : fmt::format(": {{{}}}", fmt::join(keys, ", "));
}

std::string flow_list(const std::vector<Layer>& layers) {
  std::vector<std::string> entries;
  for (const Layer& layer : layers) {
    const std::string keys = keys_of(layer);
    const std::string_view name = model::layer_type_name(layer.type);
    entries.push_back(keys.empty() ? std::string(name) : fmt::format("{{{}{}}}", name, keys));
  }
  return fmt::format("[{}]", fmt::join(entries, ", "));
}

}  // namespace

std::vector<Layer> read_layers(const YamlValue& list, Status& error) {
  std::vector<Layer> layers;
  for (const YamlValue& entry : list.list) layers.push_back(read_layer(entry, error));
  return layers;
}

std::string layers_to_yaml(const std::vector<Layer>& layers) {
  std::string text;
  for (const Layer& layer : layers)
    text += fmt::format("    - {}{}\n", model::layer_type_name(layer.type), keys_of(layer));
  return text;
}

}  // namespace howdah::job
