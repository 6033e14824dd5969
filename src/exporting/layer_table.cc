#include "exporting/layer_table.h"

#include <algorithm>

#include "model/layer_types.h"

namespace howdah::exporting {

std::string float_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::vector<int64_t> extents_of(const LayerAt& at, const model::Pair& pair) {
  if (model::row_of(at.layer.type).one_dimension) return {pair.columns};
  return {pair.rows, pair.columns};
}

model::Pair padding_of(const model::Layer& layer) {
  if (!(layer.padding == model::Pair(model::Layer::kSame))) return layer.padding;
  return {layer.dilation.rows * (layer.kernel.rows - 1) / 2,
          layer.dilation.columns * (layer.kernel.columns - 1) / 2};
}

std::pair<int64_t, int64_t> padding_along(const model::Layer& layer) {
  const int64_t reach = layer.dilation.columns * (layer.kernel.columns - 1);
  return {reach / 2, reach - reach / 2};
}

std::vector<int64_t> other_columns(const LayerAt& at) {
  const std::vector<int64_t>& taken = at.layer.columns;
  std::vector<int64_t> others;
  for (int64_t column = 0; column < at.shape.input[0]; ++column)
    if (std::find(taken.begin(), taken.end(), column) == taken.end()) others.push_back(column);
  return others;
}

std::string LayerAt::tensor_name(const std::string& name) const {
  return name == "weight" && !shape.shared.empty() ? shape.shared : shape.name + "." + name;
}

bool LayerAt::has(std::string_view parameter) const {
  return std::any_of(shape.trained.begin(), shape.trained.end(),
                     [&](const model::LayerParameter& one) { return one.name == parameter; });
}

model::LayerList decoder_list(const model::Training& training) {
  return {.name = "decoder", .first_number = model::layer_count(training.layers)};
}

Status cannot_express(const LayerAt& at, std::string_view format) {
  return Status(Code::kUnsupported, fmt::format("{} ({}) cannot be written as {}", at.place.text(),
                                                model::layer_type_name(at.layer.type), format))
      .with_peer(at.layer.where)
      .with_advice("safetensors holds the weights of every layer");
}

}  // namespace howdah::exporting
