// What the writers of all formats share: a layer where it stands, and a table from its type to what
// the format makes of it.
#pragma once

#include <fmt/format.h>

#include <span>

#include "exporting/trained_model.h"
#include "model/layer_walk.h"

namespace howdah::exporting {

struct LayerAt {
  const model::Layer& layer;
  const model::LayerPlace& place;
  const model::LayerShape& shape;  // its input and output, a sample; its name "3.layers.0"
  std::string lengths = {};        // of tokens and sequences: the name of the value with them
};

// A number as Python writes a float: never taken for an integer.
std::string float_text(double value);
// "[3, 5]", or "[5]" for layers of one dimension, which look at columns only.
std::vector<int64_t> extents_of(const LayerAt& at, const model::Pair& pair);
// Of a convolution, where "same" is a number too.
model::Pair padding_of(const model::Layer& layer);

// kUnsupported, with the layer's place in the job file.
Status cannot_express(const LayerAt& at, std::string_view format);

// What flows between two layers of a graph that is being written.
struct Wire {
  std::string x;        // the name of a value, or an expression
  std::string lengths;  // int64 [batch]: how many steps are no padding; empty of values
};
// The wire after a layer that leaves the lengths as they are.
inline Wire after(const LayerAt& at, std::string x) {
  return {std::move(x), at.shape.output_form == model::Form::kValues ? "" : at.lengths};
}

// Row is {model::LayerType type; Function* write;}.
template <class Row>
Result<const Row*> find_row(std::span<const Row> rows, const LayerAt& at, std::string_view format) {
  for (const Row& row : rows)
    if (row.type == at.layer.type) return &row;
  return cannot_express(at, format);
}

}  // namespace howdah::exporting
