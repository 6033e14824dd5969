// Layers that look from each place of a sequence at all of it, or at the encoder's output.
// Parameters have the names and the order of PyTorch's modules.
#include <fmt/format.h>

#include <cmath>

#include "model/layer_inference.h"

namespace howdah::model {
namespace {

void add_multiply_adds(LayerShape& shape, const Shape& factors) {
  if (__builtin_add_overflow(shape.multiply_adds, elements(factors), &shape.multiply_adds))
    shape.multiply_adds = INT64_MAX;
}

double xavier(int64_t inputs, int64_t outputs) {
  return std::sqrt(6 / (static_cast<double>(inputs) + static_cast<double>(outputs)));
}

// nn.Linear, at each of `length` places.
void add_projection(LayerShape& shape, const std::string& name, int64_t outputs, int64_t inputs,
                    bool bias, int64_t length) {
  const double bound = 1 / std::sqrt(static_cast<double>(inputs));
  shape.trained.push_back({.name = name + ".weight",
                           .shape = {outputs, inputs},
                           .regularized = true,
                           .initial_bound = bound});
  if (bias)
    shape.trained.push_back({.name = name + ".bias", .shape = {outputs}, .initial_bound = bound});
  add_multiply_adds(shape, {length, outputs, inputs});
}

void add_norm(LayerShape& shape, const std::string& name, int64_t features) {
  shape.trained.push_back({.name = name + ".weight", .shape = {features}, .initial_value = 1});
  shape.trained.push_back({.name = name + ".bias", .shape = {features}});
}

// nn.MultiheadAttention: `units` of queries at [length, features] and of keys at `keys`. Its three
// projections are one parameter where all take and give the same.
void add_multi_head(LayerShape& shape, const std::string& prefix, int64_t units,
                    const Shape& queries, const Shape& keys) {
  const int64_t features = queries[1], others = keys[1];
  const auto add = [&](const std::string& name, Shape weight, int64_t outputs) {
    shape.trained.push_back({.name = prefix + name,
                             .shape = weight,
                             .regularized = true,
                             .initial_bound = xavier(weight[1], outputs)});
  };
  if (units == features && units == others) {
    add("in_proj_weight", {3 * units, units}, 3 * units);
  } else {
    add("q_proj_weight", {units, features}, units);
    add("k_proj_weight", {units, others}, units);
    add("v_proj_weight", {units, others}, units);
  }
  shape.trained.push_back({.name = prefix + "in_proj_bias", .shape = {3 * units}});
  shape.trained.push_back({.name = prefix + "out_proj.weight",
                           .shape = {units, units},
                           .regularized = true,
                           .initial_bound = 1 / std::sqrt(static_cast<double>(units))});
  shape.trained.push_back({.name = prefix + "out_proj.bias", .shape = {units}});
  add_multiply_adds(shape, {queries[0], units, features});
  add_multiply_adds(shape, {2, keys[0], units, others});
  add_multiply_adds(shape, {2, queries[0], keys[0], units});
  add_multiply_adds(shape, {queries[0], units, units});
}

Status heads_divide(const LayerInference& at, int64_t units) {
  HOWDAH_TRY(at.positive("heads", at.layer.heads));
  if (units % at.layer.heads == 0) return Status::ok();
  return at.error(
      fmt::format("needs heads that divide its {} units, not {}", units, at.layer.heads));
}

Status good_rate(const LayerInference& at) {
  if (at.layer.rate >= 0 && at.layer.rate < 1) return Status::ok();
  return at.error(fmt::format("needs a dropout in [0, 1), not {}", at.layer.rate));
}

Result<int64_t> units_of(const LayerInference& at, const LayerShape& shape) {
  if (at.layer.units == 0) return shape.input[1];
  HOWDAH_TRY(at.positive("units", at.layer.units));
  return at.layer.units;
}

}  // namespace

Status infer_multi_head_attention(const LayerInference& at, LayerShape& shape) {
  const bool cross = at.layer.type == LayerType::kCrossAttention;
  const Shape keys = cross ? HOWDAH_TRY(at.memory_sequence()) : shape.input;
  if (!cross && !at.layer.causal) HOWDAH_TRY(at.looks_ahead("write causal: true"));
  const int64_t units = HOWDAH_TRY(units_of(at, shape));
  HOWDAH_TRY(heads_divide(at, units));
  HOWDAH_TRY(good_rate(at));
  add_multi_head(shape, "", units, shape.input, keys);
  shape.output = {shape.input[0], units};
  return Status::ok();
}

Status infer_attention(const LayerInference& at, LayerShape& shape) {
  const int64_t length = shape.input[0], features = shape.input[1];
  const Layer& layer = at.layer;
  if (layer.score == AttentionScore::kGeneral)
    return at.error("has a score of 'additive' or 'dot'");
  const bool additive = layer.score == AttentionScore::kAdditive;
  if (layer.units != 0 && !additive) return at.error("has no units where its score is 'dot'");
  if (layer.pooled && layer.causal)
    return at.error("cannot be causal where its output is 'pooled': there is one answer for all");
  if (!layer.causal) HOWDAH_TRY(at.looks_ahead("write output: sequence, causal: true"));
  const int64_t units = HOWDAH_TRY(units_of(at, shape));
  if (additive && !layer.pooled) add_projection(shape, "query", units, features, false, length);
  if (additive) add_projection(shape, "key", units, features, true, length);
  const int64_t queries = layer.pooled ? 1 : length;
  if (additive || layer.pooled)  // what all keys are compared with
    shape.trained.push_back({.name = "score.weight",
                             .shape = {1, units},
                             .regularized = true,
                             .initial_bound = 1 / std::sqrt(static_cast<double>(units))});
  add_multiply_adds(shape, {queries, length, units});
  add_multiply_adds(shape, {queries, length, features});
  if (!layer.pooled) return Status::ok();
  shape.output = {features};
  shape.output_form = Form::kValues;
  return Status::ok();
}

Status infer_luong_attention(const LayerInference& at, LayerShape& shape) {
  const Shape memory = HOWDAH_TRY(at.memory_sequence());
  const int64_t length = shape.input[0], features = shape.input[1];
  const int64_t units = HOWDAH_TRY(units_of(at, shape));
  switch (at.layer.score) {
    case AttentionScore::kAdditive:
      return at.error("has a score of 'general' or 'dot'");
    case AttentionScore::kGeneral:
      add_projection(shape, "query", memory[1], features, false, length);
      break;
    case AttentionScore::kDot:
      if (memory[1] != features)
        return at.error(
            fmt::format("with a score of 'dot' expects an encoder of {} features, found"
                        " {}; take 'general'",
                        features, to_string(*at.memory)));
  }
  int64_t both = 0;
  if (__builtin_add_overflow(memory[1], features, &both)) return at.too_large(shape.output);
  add_multiply_adds(shape, {2, length, memory[0], memory[1]});
  add_projection(shape, "combine", units, both, false, length);
  shape.output = {length, units};
  return Status::ok();
}

Status infer_positional_encoding(const LayerInference& at, LayerShape& shape) {
  HOWDAH_TRY(good_rate(at));
  if (at.layer.learned)  // a deviation of 0.02, as BERT's
    shape.trained.push_back(
        {.name = "weight", .shape = shape.input, .initial_bound = 0.02 * std::sqrt(3.0)});
  return Status::ok();
}

Status infer_transformer(const LayerInference& at, LayerShape& shape) {
  const Layer& layer = at.layer;
  const bool decoder = layer.type == LayerType::kTransformerDecoder;
  const int64_t length = shape.input[0], features = shape.input[1];
  const Shape memory = decoder ? HOWDAH_TRY(at.memory_sequence()) : Shape();
  if (decoder && memory[1] != features)
    return at.error(fmt::format("expects an encoder of {} features as its own input, found {}",
                                features, to_string(*at.memory)));
  if (!decoder && !layer.causal) HOWDAH_TRY(at.looks_ahead("write causal: true"));
  HOWDAH_TRY(heads_divide(at, features));
  HOWDAH_TRY(good_rate(at));
  if (!(layer.epsilon > 0 && layer.epsilon < 1))
    return at.error(fmt::format("needs an epsilon in (0, 1), not {}", layer.epsilon));
  const int64_t within = layer.feed_forward == 0 ? 4 * features : layer.feed_forward;
  HOWDAH_TRY(at.positive("feed_forward", within));
  if (layer.repeats < 1 || layer.repeats > Layer::kMostRepeats)
    return at.error(
        fmt::format("needs 1 to {} layers, not {}", Layer::kMostRepeats, layer.repeats));
  for (int64_t i = 0; i < layer.repeats; ++i) {
    const std::string prefix = fmt::format("layers.{}.", i);
    add_multi_head(shape, prefix + "self_attn.", features, shape.input, shape.input);
    if (decoder) add_multi_head(shape, prefix + "multihead_attn.", features, shape.input, memory);
    add_projection(shape, prefix + "linear1", within, features, true, length);
    add_projection(shape, prefix + "linear2", features, within, true, length);
    for (int norm = 1; norm <= (decoder ? 3 : 2); ++norm)
      add_norm(shape, fmt::format("{}norm{}", prefix, norm), features);
  }
  return Status::ok();
}

}  // namespace howdah::model
