// Layers that go through a text token by token: rnn, lstm, gru.
#include <fmt/format.h>

#include <cmath>

#include "model/layer_inference.h"

namespace howdah::model {
namespace {

int64_t gates_of(LayerType type) {
  switch (type) {
    case LayerType::kLstm:
      return 4;  // input, forget, cell, output
    case LayerType::kGru:
      return 3;  // reset, update, new
    default:
      return 1;
  }
}

Status good_keys(const LayerInference& at) {
  const Layer& layer = at.layer;
  HOWDAH_TRY(at.positive("units", layer.units));
  if (layer.repeats < 1 || layer.repeats > Layer::kMostRepeats)
    return at.error(
        fmt::format("needs 1 to {} layers, not {}", Layer::kMostRepeats, layer.repeats));
  for (const double rate : {layer.rate, layer.recurrent_rate})
    if (!(rate >= 0 && rate < 1))
      return at.error(fmt::format("needs a dropout in [0, 1), not {}", rate));
  if (layer.rate > 0 && layer.repeats == 1)
    return at.error("drops out between its layers, and it has one; put a dropout layer after it");
  return Status::ok();
}

// From what the encoder gives at the last and at the first token, which is where a layer ends that
// goes forwards, and backwards.
Status add_bridge(const LayerInference& at, LayerShape& shape) {
  const Shape memory = HOWDAH_TRY(at.memory_sequence());
  const int64_t features = shape.input[1];
  const double bound = 1 / std::sqrt(static_cast<double>(2 * memory[1]));
  shape.trained.push_back({.name = "bridge.weight",
                           .shape = {features, 2 * memory[1]},
                           .regularized = true,
                           .initial_bound = bound});
  shape.trained.push_back({.name = "bridge.bias", .shape = {features}, .initial_bound = bound});
  return Status::ok();
}

}  // namespace

Status infer_recurrent(const LayerInference& at, LayerShape& shape) {
  HOWDAH_TRY(good_keys(at));
  const Layer& layer = at.layer;
  if (layer.bidirectional) HOWDAH_TRY(at.looks_ahead("write bidirectional: false"));
  const int64_t length = shape.input[0];
  const int64_t directions = layer.bidirectional ? 2 : 1;
  const int64_t gates = gates_of(layer.type) * layer.units;
  const double bound = 1 / std::sqrt(static_cast<double>(layer.units));
  int64_t features = shape.input[1];
  for (int64_t l = 0; l < layer.repeats; ++l) {
    for (int64_t direction = 0; direction < directions; ++direction) {
      const auto add = [&](std::string_view word, const Shape& parameter) {
        shape.trained.push_back(
            {.name = fmt::format("{}_l{}{}", word, l, direction == 0 ? "" : "_reverse"),
             .shape = parameter,
             .regularized = parameter.size() == 2,
             .initial_bound = bound});
      };
      add("weight_ih", {gates, features});
      add("weight_hh", {gates, layer.units});
      add("bias_ih", {gates});
      add("bias_hh", {gates});
      int64_t multiply_adds = 0;
      if (__builtin_mul_overflow(gates * length, features + layer.units, &multiply_adds) ||
          __builtin_add_overflow(shape.multiply_adds, multiply_adds, &shape.multiply_adds))
        return at.too_large(shape.input);
    }
    features = layer.units * directions;
  }
  if (layer.from_memory) HOWDAH_TRY(add_bridge(at, shape));
  shape.output = layer.last ? Shape{features} : Shape{length, features};
  shape.output_form = layer.last ? Form::kValues : Form::kSequence;
  return Status::ok();
}

}  // namespace howdah::model
