// Layers that look from each place of a sequence at all of it, or at the encoder's output (as
// train/forward_attention, without dropout).
#include <cmath>
#include <limits>

#include "exporting/onnx_layers.h"

namespace howdah::exporting {
namespace {

using model::AttentionScore;
using model::Layer;
using Extents = std::vector<int64_t>;

std::string turned(const OnnxLayer& at, const std::string& x, const Extents& axes) {
  return at.add("Transpose", {x}, {{"perm", axes}});
}

// bool [batch, 1, 1, keys]: which keys are no padding.
std::string keys_mask(const OnnxLayer& at, const Wire& keys) {
  return at.unsqueezed(onnx_text_mask(at, keys), {1, 2});
}

// bool [queries, keys]: each place sees those up to itself.
std::string causal_mask(const OnnxLayer& at, const std::string& x) {
  const std::string steps = onnx_steps(at, x);
  return at.add("LessOrEqual", {at.unsqueezed(steps, {0}), at.unsqueezed(steps, {1})});
}

// What the layer's places see of its own sequence. Padding stands at the end, so where there is
// text a causal attention sees none of it.
std::string own_mask(const OnnxLayer& at, const std::string& x, bool causal) {
  return causal ? causal_mask(at, x) : keys_mask(at, {x, at.lengths});
}

std::string shares_of(const OnnxLayer& at, const std::string& scores, const std::string& mask) {
  const double least = -std::numeric_limits<float>::infinity();
  return at.add("Softmax", {at.add("Where", {mask, scores, at.scalar("hidden", least)})},
                {{"axis", int64_t{-1}}});
}

// queries [batch, ..., queries, features], keys [batch, ..., features, keys].
std::string attend(const OnnxLayer& at, const std::string& queries, const std::string& keys,
                   const std::string& values, const std::string& mask, double scale) {
  std::string scores = at.add("MatMul", {queries, keys});
  if (scale != 1) scores = at.add("Mul", {scores, at.scalar("scale", scale)});
  return at.add("MatMul", {shares_of(at, scores, mask), values});
}

// nn.MultiheadAttention, whose tensors have this prefix.
struct MultiHead {
  const OnnxLayer& at;
  std::string prefix;
  int64_t units, heads;

  std::string rows(const std::string& tensor, int64_t which) const {
    return at.add("Slice", {at.tensor(prefix + tensor), at.list("begin", {which * units}),
                            at.list("end", {(which + 1) * units}), at.list("axes", {0})});
  }
  // Of queries (0), keys (1) or values (2): [batch, places, heads, units / heads].
  std::string projected(const std::string& x, int64_t which) const {
    static constexpr const char* kOwn[] = {"q_proj_weight", "k_proj_weight", "v_proj_weight"};
    const std::string weight = at.has(prefix + "in_proj_weight") ? rows("in_proj_weight", which)
                                                                 : at.tensor(prefix + kOwn[which]);
    return at.add("Reshape", {onnx_linear(at, x, weight, rows("in_proj_bias", which)),
                              at.list("heads", {0, 0, heads, units / heads})});
  }
  std::string operator()(const std::string& queries, const std::string& keys,
                         const std::string& mask) const {
    const double scale = 1 / std::sqrt(static_cast<double>(units / heads));
    const std::string query = turned(at, projected(queries, 0), {0, 2, 1, 3});
    const std::string key = turned(at, projected(keys, 1), {0, 2, 3, 1});
    const std::string value = turned(at, projected(keys, 2), {0, 2, 1, 3});
    const std::string found = attend(at, query, key, value, mask, scale);
    const std::string joined =
        at.add("Reshape", {turned(at, found, {0, 2, 1, 3}), at.list("joined", {0, 0, units})});
    return onnx_linear(at, joined, at.tensor(prefix + "out_proj.weight"),
                       at.tensor(prefix + "out_proj.bias"));
  }
};

std::string linear(const OnnxLayer& at, const std::string& name, const std::string& x) {
  const std::string bias = at.has(name + ".bias") ? at.tensor(name + ".bias") : "";
  return onnx_linear(at, x, at.tensor(name + ".weight"), bias);
}

// One layer of a transformer; masks: of its own sequence, and of the memory.
std::string transformer_layer(const OnnxLayer& at, int64_t number, std::string x,
                              const std::string& mask, const std::string& memory_mask) {
  const int64_t features = at.shape.input[1];
  const std::string prefix = fmt::format("layers.{}.", number);
  int norm = 0;
  const auto normal = [&](const std::string& in) {
    const std::string name = fmt::format("{}norm{}.", prefix, norm);
    return at.add("LayerNormalization", {in, at.tensor(name + "weight"), at.tensor(name + "bias")},
                  {{"axis", int64_t{-1}}, {"epsilon", at.layer.epsilon}});
  };
  const auto add = [&](const auto& part) {
    ++norm;
    x = at.layer.norm_first ? at.add("Add", {x, part(normal(x))})
                            : normal(at.add("Add", {x, part(x)}));
  };
  add([&](const std::string& in) {
    return MultiHead{at, prefix + "self_attn.", features, at.layer.heads}(in, in, mask);
  });
  if (!memory_mask.empty())
    add([&](const std::string& in) {
      return MultiHead{at, prefix + "multihead_attn.", features, at.layer.heads}(in, at.memory->x,
                                                                                 memory_mask);
    });
  add([&](const std::string& in) {
    const std::string within = linear(at, prefix + "linear1", in);
    return linear(at, prefix + "linear2",
                  at.layer.gelu ? onnx_gelu(at, within) : at.add("Relu", {within}));
  });
  return x;
}

// Vaswani 2017, section 3.5: sines at even features, cosines at odd ones. [steps, features].
std::vector<float> sinusoids(int64_t steps, int64_t features) {
  std::vector<float> values;
  for (int64_t step = 0; step < steps; ++step)
    for (int64_t feature = 0; feature < features; ++feature) {
      const double rate = std::exp(static_cast<double>(feature - feature % 2) *
                                   (-std::log(10000.0) / static_cast<double>(features)));
      const double angle = static_cast<double>(step) * rate;
      values.push_back(static_cast<float>(feature % 2 == 0 ? std::sin(angle) : std::cos(angle)));
    }
  return values;
}

}  // namespace

std::string onnx_multi_head_attention(const OnnxLayer& at, const std::string& x) {
  const MultiHead heads{at, "", at.shape.output[1], at.layer.heads};
  if (at.layer.type == model::LayerType::kMultiHeadAttention)
    return heads(x, x, own_mask(at, x, at.layer.causal));
  return heads(x, at.memory->x, keys_mask(at, *at.memory));
}

std::string onnx_attention(const OnnxLayer& at, const std::string& x) {
  const Layer& layer = at.layer;
  const bool additive = layer.score == AttentionScore::kAdditive;
  if (layer.pooled) {
    const std::string keys = additive ? at.add("Tanh", {linear(at, "key", x)}) : x;
    const std::string scores = turned(at, linear(at, "score", keys), {0, 2, 1});
    const std::string mask = at.unsqueezed(onnx_text_mask(at, {x, at.lengths}), {1});
    const std::string mean = at.add("MatMul", {shares_of(at, scores, mask), x});
    return at.add("Squeeze", {mean, at.list("axes", {1})});
  }
  const std::string mask =
      layer.causal ? causal_mask(at, x) : at.unsqueezed(onnx_text_mask(at, {x, at.lengths}), {1});
  if (!additive)
    return attend(at, x, turned(at, x, {0, 2, 1}), x, mask,
                  1 / std::sqrt(static_cast<double>(at.shape.input[1])));
  const std::string pairs = at.add("Add", {at.unsqueezed(linear(at, "query", x), {2}),
                                           at.unsqueezed(linear(at, "key", x), {1})});
  const std::string scores =
      at.add("Squeeze", {linear(at, "score", at.add("Tanh", {pairs})), at.list("axes", {3})});
  return at.add("MatMul", {shares_of(at, scores, mask), x});
}

std::string onnx_luong_attention(const OnnxLayer& at, const std::string& x) {
  const std::string& memory = at.memory->x;
  const std::string queries =
      at.layer.score == AttentionScore::kGeneral ? linear(at, "query", x) : x;
  const std::string mask = at.unsqueezed(onnx_text_mask(at, *at.memory), {1});
  const std::string found = attend(at, queries, turned(at, memory, {0, 2, 1}), memory, mask, 1);
  const std::string both = at.add("Concat", {found, x}, {{"axis", int64_t{2}}});
  return at.add("Tanh", {linear(at, "combine", both)});
}

std::string onnx_positional_encoding(const OnnxLayer& at, const std::string& x) {
  const model::Shape& shape = at.shape.input;
  const std::string all =
      at.layer.learned
          ? at.tensor("weight")
          : at.graph.constant(at.shape.name + ".sinusoids", sinusoids(shape[0], shape[1]), shape);
  const std::string steps = at.add("Shape", {x}, {{"start", int64_t{1}}, {"end", int64_t{2}}});
  const std::string positions =
      at.add("Slice", {all, at.list("begin", {0}), steps, at.list("axes", {0})});
  const double root = std::sqrt(static_cast<double>(shape[1]));
  return at.add("Add",
                {at.layer.scale ? at.add("Mul", {x, at.scalar("root", root)}) : x, positions});
}

std::string onnx_transformer(const OnnxLayer& at, const std::string& x) {
  const bool decoder = at.layer.type == model::LayerType::kTransformerDecoder;
  const std::string mask = own_mask(at, x, decoder || at.layer.causal);
  const std::string memory_mask = decoder ? keys_mask(at, *at.memory) : "";
  std::string found = x;
  for (int64_t i = 0; i < at.layer.repeats; ++i)
    found = transformer_layer(at, i, found, mask, memory_mask);
  return found;
}

}  // namespace howdah::exporting
