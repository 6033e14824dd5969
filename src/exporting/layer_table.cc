#include "exporting/layer_table.h"

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

Status cannot_express(const LayerAt& at, std::string_view format) {
  return Status(Code::kUnsupported, fmt::format("{} ({}) cannot be written as {}", at.place.text(),
                                                model::layer_type_name(at.layer.type), format))
      .with_peer(at.layer.where)
      .with_advice("safetensors holds the weights of every layer");
}

}  // namespace howdah::exporting
