// What the writers of all formats share: a layer where it stands, and a table from its type to what
// the format makes of it.
#pragma once

#include <fmt/format.h>

#include <span>

#include "exporting/trained_model.h"
#include "model/layer_walk.h"

namespace howdah::exporting {

// What flows between two layers of a graph that is being written.
struct Wire {
  std::string x;        // the name of a value, or an expression
  std::string lengths;  // int64 [batch]: how many steps are no padding; empty of values
};

struct LayerAt {
  const model::Layer& layer;
  const model::LayerPlace& place;
  const model::LayerShape& shape;  // its input and output, a sample; its name "3.layers.0"
  std::string lengths = {};        // of tokens and sequences: the name of the value with them
  const Wire* memory = nullptr;    // in a decoder: what the encoder gives

  bool is_sequence() const { return shape.input_form == model::Form::kSequence; }
  // "3.layers.0.weight": of the layer's own "weight", or of the one that it shares.
  std::string tensor_name(const std::string& name) const;
  bool has(std::string_view parameter) const;
};

// A number as Python writes a float: never taken for an integer.
std::string float_text(double value);
// "[3, 5]", or "[5]" for layers of one dimension, which look at columns only.
std::vector<int64_t> extents_of(const LayerAt& at, const model::Pair& pair);
// Of a convolution, where "same" is a number too.
model::Pair padding_of(const model::Layer& layer);
// What a convolution along a text has before its first step, and behind its last one.
std::pair<int64_t, int64_t> padding_along(const model::Layer& layer);
// Those that embed_columns and one_hot_columns leave as they are.
std::vector<int64_t> other_columns(const LayerAt& at);

// Of a walk through Training::decoder, after one through its layers.
model::LayerList decoder_list(const model::Training& training);

// kUnsupported, with the layer's place in the job file.
Status cannot_express(const LayerAt& at, std::string_view format);

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
