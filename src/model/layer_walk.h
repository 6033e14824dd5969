// The one recursion over a network: what flows through the layers is a shape (model) or a tensor
// (train).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/layers.h"

namespace howdah::model {

// Where the walk is.
struct LayerPlace {
  std::string_view list = {};              // LayerList::name
  int number = 0;                          // depth-first from 0, a block before what it holds
  size_t index = 0;                        // in its list
  const LayerPlace* within = nullptr;      // the block that holds the list
  LayerType block = LayerType::kResidual;  // the type of `within`
  size_t branch = 0;                       // which of its lists

  std::string name() const;  // "3.layers.0", see layers.h
  std::string text() const;  // "layer 4, layers 1", for messages: counted from 1
  int depth() const { return within == nullptr ? 0 : within->depth() + 1; }
};

// A visitor has
//   Result<Value> apply(const Layer&, const LayerPlace&, Value)        a layer without branches
//   Status enter(const Layer&, const LayerPlace&, const Value&)        before the branches
//   Result<Value> merge(const Layer&, const LayerPlace&, std::vector<Value>)  after them
template <class Value, class Visitor>
class LayerWalk {
 public:
  explicit LayerWalk(Visitor& visitor) : visitor_(visitor) {}

  // What comes out of the list; the first error ends the walk.
  Result<Value> through(const std::vector<Layer>& layers, Value value,
                        const LayerList& which = {}) {
    number_ = which.first_number;
    return list(layers, std::move(value), {.list = which.name});
  }

 private:
  Result<Value> list(const std::vector<Layer>& layers, Value value, LayerPlace place) {
    for (place.index = 0; place.index < layers.size(); ++place.index) {
      place.number = number_++;
      const Layer& layer = layers[place.index];
      const bool block = layer.type == LayerType::kResidual || layer.type == LayerType::kParallel;
      value = block ? HOWDAH_TRY(branches(layer, std::move(value), place))
                    : HOWDAH_TRY(visitor_.apply(layer, place, std::move(value)));
    }
    return value;
  }

  Result<Value> branches(const Layer& layer, Value value, const LayerPlace& place) {
    HOWDAH_TRY(visitor_.enter(layer, place, value));
    std::vector<Value> outputs;
    for (size_t branch = 0; branch < layer.branches.size(); ++branch) {
      const LayerPlace first{
          .list = place.list, .within = &place, .block = layer.type, .branch = branch};
      outputs.push_back(HOWDAH_TRY(list(layer.branches[branch], value, first)));
    }
    return visitor_.merge(layer, place, std::move(outputs));
  }

  Visitor& visitor_;
  int number_ = 0;
};

}  // namespace howdah::model
