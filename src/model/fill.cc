#include "model/fill.h"

#include <fmt/format.h>

#include "base/nearest.h"

namespace howdah::model {
namespace {

Status refusal(const Layer& layer, const std::string& text, const std::string& advice) {
  return Status(Code::kInvalidArgument, fmt::format("{} {}", layer_type_name(layer.type), text))
      .with_peer(layer.where)
      .with_advice(advice);
}

Status number_names(Layer& layer, const std::vector<DataColumn>& columns) {
  std::vector<std::string> known;
  for (const DataColumn& column : columns) known.push_back(column.name);
  layer.columns.clear();
  for (const std::string& name : layer.column_names) {
    size_t at = 0;
    while (at < columns.size() && columns[at].name != name) ++at;
    if (at == columns.size()) {
      const std::string near = nearest(name, known);
      return refusal(layer, "names a column that the data do not have: '" + name + "'",
                     near.empty() ? "" : "did you mean '" + near + "'?");
    }
    layer.columns.push_back(static_cast<int64_t>(at));
  }
  return Status::ok();
}

Status fill_layer(Layer& layer, const std::vector<DataColumn>& columns) {
  if (!layer.column_names.empty()) HOWDAH_TRY(number_names(layer, columns));
  if (layer.columns.empty())
    for (size_t i = 0; i < columns.size(); ++i)
      if (columns[i].codes > 0) layer.columns.push_back(static_cast<int64_t>(i));
  const bool given = !layer.sizes.empty();
  if (given && layer.sizes.size() != layer.columns.size()) return Status::ok();  // infer_shapes
  for (size_t i = 0; i < layer.columns.size(); ++i) {
    const int64_t number = layer.columns[i];
    if (number < 0 || number >= static_cast<int64_t>(columns.size())) continue;  // infer_shapes
    const DataColumn& column = columns[static_cast<size_t>(number)];
    if (column.codes == 0)
      return refusal(layer,
                     fmt::format("takes column {}, '{}', which holds numbers", number, column.name),
                     "leave it out: numbers pass through as they are");
    if (!given) {
      layer.sizes.push_back(column.codes);
    } else if (layer.sizes[i] < column.codes) {
      return refusal(layer,
                     fmt::format("gives column '{}' a size of {}, but it holds {} codes",
                                 column.name, layer.sizes[i], column.codes),
                     "leave 'sizes' out, or give at least as many");
    }
  }
  return Status::ok();
}

}  // namespace

void fill_vocabulary(std::vector<Layer>& layers, int64_t vocabulary) {
  for (Layer& layer : layers) {
    if (layer.type == LayerType::kEmbedding && layer.vocabulary == 0) layer.vocabulary = vocabulary;
    for (auto& branch : layer.branches) fill_vocabulary(branch, vocabulary);
  }
}

Status check_vocabulary(const std::vector<Layer>& layers, int64_t vocabulary) {
  for (const Layer& layer : layers) {
    if (layer.type == LayerType::kEmbedding && layer.vocabulary < vocabulary)
      return refusal(
          layer,
          fmt::format("holds {} tokens, and the texts have {}", layer.vocabulary, vocabulary),
          "give 'data.tokens.vocabulary' so many at most, or leave the layer's vocabulary to the "
          "data; a weight that is shared takes one vocabulary for both texts");
    for (const auto& branch : layer.branches) HOWDAH_TRY(check_vocabulary(branch, vocabulary));
  }
  return Status::ok();
}

Status fill_columns(std::vector<Layer>& layers, const std::vector<DataColumn>& columns) {
  for (Layer& layer : layers) {
    if (layer.type == LayerType::kEmbedColumns || layer.type == LayerType::kOneHotColumns)
      HOWDAH_TRY(fill_layer(layer, columns));
    for (auto& branch : layer.branches) HOWDAH_TRY(fill_columns(branch, columns));
  }
  return Status::ok();
}

}  // namespace howdah::model
