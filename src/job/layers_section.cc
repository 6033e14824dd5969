#include "job/layers_section.h"

#include <fmt/format.h>

#include "base/nearest.h"
#include "job/yaml_section.h"

namespace howdah::job {
namespace {
using model::Layer;
using model::LayerType;

constexpr int64_t kLargest = 1 << 20;

const std::vector<std::pair<std::string, LayerType>>& layer_words() {
  static const std::vector<std::pair<std::string, LayerType>> words = {
      {"conv2d", LayerType::kConv2d},
      {"max_pool2d", LayerType::kMaxPool2d},
      {"average_pool2d", LayerType::kAveragePool2d},
      {"batch_norm2d", LayerType::kBatchNorm2d},
      {"dense", LayerType::kDense},
      {"flatten", LayerType::kFlatten},
      {"dropout", LayerType::kDropout},
      {"relu", LayerType::kRelu},
      {"gelu", LayerType::kGelu},
      {"tanh", LayerType::kTanh},
      {"sigmoid", LayerType::kSigmoid}};
  return words;
}

void read_padding(YamlSection& keys, Layer& layer) {
  if (keys.text("padding", "") == "same")
    layer.padding = Layer::kSame;
  else
    layer.padding = keys.integer("padding", 0, 0, kLargest);
}

void read_keys(YamlSection& keys, const YamlValue& at, Layer& layer) {
  switch (layer.type) {
    case LayerType::kConv2d:
      layer.units = keys.integer("filters", 0, 1, kLargest);
      layer.kernel = keys.integer("kernel", 3, 1, kLargest);
      layer.stride = keys.integer("stride", 1, 1, kLargest);
      read_padding(keys, layer);
      layer.bias = keys.flag("bias", true);
      if (layer.units == 0) keys.refuse(at, "conv2d needs 'filters'");
      break;
    case LayerType::kMaxPool2d:
    case LayerType::kAveragePool2d:
      layer.kernel = keys.integer("size", 2, 1, kLargest);
      layer.stride = keys.integer("stride", layer.kernel, 1, kLargest);
      layer.padding = keys.integer("padding", 0, 0, layer.kernel / 2);
      break;
    case LayerType::kDense:
      layer.units = keys.integer("units", 0, 1, kLargest);
      layer.bias = keys.flag("bias", true);
      if (layer.units == 0) keys.refuse(at, "dense needs 'units'");
      break;
    case LayerType::kDropout:
      layer.rate = keys.number("rate", 0.5, 0, 0.99);
      break;
    default:
      break;
  }
  keys.finish();
}

Layer read_layer(const YamlValue& entry, Status& error) {
  Layer layer;
  layer.where = entry.place.to_string();
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
    return layer;
  }
  std::vector<std::string> known;
  for (const auto& [name, type] : layer_words()) {
    known.push_back(name);
    if (name != word) continue;
    layer.type = type;
    YamlSection section(keys, "layers." + word, error);
    read_keys(section, entry, layer);
    return layer;
  }
  const std::string near = nearest(word, known);
  complain.refuse(entry, "unknown layer '" + word + "'",
                  near.empty() ? "known: " + join(known) : "did you mean '" + near + "'?");
  return layer;
}

}  // namespace

std::vector<Layer> read_layers(const YamlValue& list, Status& error) {
  std::vector<Layer> layers;
  for (const YamlValue& entry : list.list) layers.push_back(read_layer(entry, error));
  return layers;
}

std::string layers_to_yaml(const std::vector<Layer>& layers) {
  std::string text;
  for (const Layer& layer : layers) {
    std::string keys;
    const auto padding = layer.padding == Layer::kSame ? "same" : fmt::format("{}", layer.padding);
    switch (layer.type) {
      case LayerType::kConv2d:
        keys = fmt::format("filters: {}, kernel: {}, stride: {}, padding: {}, bias: {}",
                           layer.units, layer.kernel, layer.stride, padding, layer.bias);
        break;
      case LayerType::kMaxPool2d:
      case LayerType::kAveragePool2d:
        keys =
            fmt::format("size: {}, stride: {}, padding: {}", layer.kernel, layer.stride, padding);
        break;
      case LayerType::kDense:
        keys = fmt::format("units: {}, bias: {}", layer.units, layer.bias);
        break;
      case LayerType::kDropout:
        keys = fmt::format("rate: {}", layer.rate);
        break;
      default:
        break;
    }
    text += fmt::format("    - {}{}\n", model::layer_type_name(layer.type),
                        keys.empty() ? "" : ": {" + keys + "}");
  }
  return text;
}

}  // namespace howdah::job
