// Layers that turn numbers of a list into values: tokens of a text, categories of a table.
#include <fmt/format.h>

#include <algorithm>

#include "model/layer_inference.h"

namespace howdah::model {
namespace {

// The columns that hold codes are there, once each, and have a size.
Status good_columns(const LayerInference& at, const Shape& input) {
  const Layer& layer = at.layer;
  HOWDAH_TRY(at.expect(input.size() == 1, "[columns]", input));
  if (layer.columns.empty() && !layer.column_names.empty())
    return at.error("names columns, which only the data have; number them from 0");
  if (layer.sizes.size() != layer.columns.size())
    return at.error(
        fmt::format("has {} columns and {} sizes; give one size a column: how many"
                    " codes it holds, with 0",
                    layer.columns.size(), layer.sizes.size()));
  for (size_t i = 0; i < layer.columns.size(); ++i) {
    const int64_t column = layer.columns[i];
    if (column < 0 || column >= input[0])
      return at.error(
          fmt::format("looks at column {}, expects an input of at least {} columns,"
                      " found {}",
                      column, column + 1, to_string(input)));
    if (std::count(layer.columns.begin(), layer.columns.end(), column) > 1)
      return at.error(fmt::format("has column {} twice", column));
    HOWDAH_TRY(at.positive("sizes", layer.sizes[i]));
  }
  return Status::ok();
}

}  // namespace

Status infer_embedding(const LayerInference& at, LayerShape& shape) {
  const Layer& layer = at.layer;
  HOWDAH_TRY(at.positive("features", layer.units));
  if (layer.vocabulary == 0)
    return at.error("does not know how many tokens there are: the data say it, or 'vocabulary'");
  HOWDAH_TRY(at.positive("a vocabulary", layer.vocabulary));
  shape.output = {shape.input[0], layer.units};
  shape.output_form = Form::kSequence;
  shape.trained.push_back({.name = "weight",
                           .shape = {layer.vocabulary, layer.units},
                           .initial_deviation = layer.deviation,
                           .initial_zeros = layer.units});
  return Status::ok();
}

Status infer_embed_columns(const LayerInference& at, LayerShape& shape) {
  const Layer& layer = at.layer;
  HOWDAH_TRY(good_columns(at, shape.input));
  HOWDAH_TRY(at.positive("features", layer.units));
  const auto count = static_cast<int64_t>(layer.columns.size());
  shape.output = {shape.input[0] - count + count * layer.units};
  for (size_t i = 0; i < layer.sizes.size(); ++i)
    shape.trained.push_back({.name = fmt::format("embeddings.{}.weight", i),
                             .shape = {layer.sizes[i], layer.units},
                             .initial_deviation = layer.deviation});
  return Status::ok();
}

Status infer_one_hot_columns(const LayerInference& at, LayerShape& shape) {
  HOWDAH_TRY(good_columns(at, shape.input));
  shape.output = shape.input;
  for (const int64_t size : at.layer.sizes) {
    shape.output[0] += size - 1;
    if (shape.output[0] > kMaxExtent) return at.too_large(shape.output);
  }
  return Status::ok();
}

}  // namespace howdah::model
