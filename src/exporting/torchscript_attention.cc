// Layers that look from each place of a sequence at all of it, or at the encoder's output (as
// train/forward_attention, without dropout).
#include <cmath>

#include "exporting/torchscript_layers.h"

namespace howdah::exporting {
namespace {

using model::AttentionScore;
using model::Layer;

// bool [batch, 1, keys]: which keys are no padding.
std::string keys_mask(const TorchScriptLayer& at, const Wire& keys) {
  return at.assign(fmt::format("torch.unsqueeze({}, 1)", torchscript_text_mask(at, keys)));
}

// bool, of scores [batch, queries, keys]. Padding stands at the end, so where there is text a
// causal attention sees none of it.
std::string own_mask(const TorchScriptLayer& at, const std::string& x, bool causal) {
  if (!causal) return keys_mask(at, {x, at.lengths});
  return at.assign(fmt::format(
      "torch.tril(torch.ones([{0}.size(1), {0}.size(1)], dtype=11, device={0}.device))", x));
}

// queries, keys and values [batch, ..., places, features].
std::string attend(const std::string& queries, const std::string& keys, const std::string& values,
                   const std::string& mask, double scale) {
  return fmt::format("torch.scaled_dot_product_attention({}, {}, {}, {}, 0.0, False, scale={})",
                     queries, keys, values, mask, float_text(scale));
}

// The shares that each query takes of the keys, by scores [batch, queries, keys].
std::string shares_of(const std::string& scores, const std::string& mask) {
  return fmt::format(
      "torch.softmax(torch.masked_fill({}, torch.logical_not({}), float(\"-inf\")), -1)", scores,
      mask);
}

std::string linear(const TorchScriptLayer& at, const std::string& name, const std::string& x) {
  return fmt::format("torch.linear({}, {}, {})", x, at.tensor(name + ".weight"),
                     at.has(name + ".bias") ? at.tensor(name + ".bias") : "None");
}

// nn.MultiheadAttention, whose tensors have this prefix.
struct MultiHead {
  const TorchScriptLayer& at;
  std::string prefix;
  int64_t units, heads;

  std::string rows(const std::string& tensor, int64_t which) const {
    return fmt::format("torch.narrow({}, 0, {}, {})", at.tensor(prefix + tensor), which * units,
                       units);
  }
  // Of queries (0), keys (1) or values (2): [batch, heads, places, units / heads].
  std::string projected(const std::string& x, int64_t which) const {
    static constexpr const char* kOwn[] = {"q_proj_weight", "k_proj_weight", "v_proj_weight"};
    const std::string weight = at.has(prefix + "in_proj_weight") ? rows("in_proj_weight", which)
                                                                 : at.tensor(prefix + kOwn[which]);
    return at.assign(
        fmt::format("torch.transpose(torch.reshape(torch.linear({0}, {1}, {2}), [{0}.size(0), "
                    "{0}.size(1), {3}, "
                    "{4}]), 1, 2)",
                    x, weight, rows("in_proj_bias", which), heads, units / heads));
  }
  std::string operator()(const std::string& queries, const std::string& keys,
                         const std::string& mask) const {
    const double scale = 1 / std::sqrt(static_cast<double>(units / heads));
    const std::string query = projected(queries, 0), key = projected(keys, 1),
                      value = projected(keys, 2);
    const std::string found = at.assign(attend(query, key, value, mask, scale));
    const std::string joined =
        at.assign(fmt::format("torch.flatten(torch.transpose({}, 1, 2), 2)", found));
    return at.assign(linear(at, prefix + "out_proj", joined));
  }
};

// One layer of a transformer; masks: of its own sequence, and of the memory.
std::string transformer_layer(const TorchScriptLayer& at, int64_t number, std::string x,
                              const std::string& mask, const std::string& memory_mask) {
  const int64_t features = at.shape.input[1];
  const std::string prefix = fmt::format("layers.{}.", number);
  int norm = 0;
  const auto normal = [&](const std::string& in) {
    const std::string name = fmt::format("{}norm{}.", prefix, norm);
    return at.assign(fmt::format("torch.layer_norm({}, [{}], {}, {}, {})", in, features,
                                 at.tensor(name + "weight"), at.tensor(name + "bias"),
                                 float_text(at.layer.epsilon)));
  };
  const auto add = [&](const auto& part) {
    ++norm;
    x = at.layer.norm_first ? at.assign(fmt::format("{} + {}", x, part(normal(x))))
                            : normal(fmt::format("{} + {}", x, part(x)));
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
    const std::string active = (at.layer.gelu ? "torch.gelu(" : "torch.relu(") + within + ")";
    return at.assign(linear(at, prefix + "linear2", active));
  });
  return x;
}

// With the heads' own axis.
std::string of_heads(const TorchScriptLayer& at, const std::string& mask, bool causal) {
  return causal ? mask : at.assign(fmt::format("torch.unsqueeze({}, 1)", mask));
}

// [steps, features] as PyTorch computes them, with 64 bits.
std::string sinusoids(const TorchScriptLayer& at, const std::string& x) {
  const int64_t features = at.shape.input[1];
  const std::string rates = at.assign(
      fmt::format("torch.exp(torch.arange(0, {}, 2, dtype={}, device={}.device) * {})", features,
                  kFloat64, x, float_text(-std::log(10000.0) / static_cast<double>(features))));
  const std::string angles = at.assign(
      fmt::format("torch.outer(torch.arange({0}.size(1), dtype={1}, device={0}.device), {2})", x,
                  kFloat64, rates));
  return at.assign(
      fmt::format("torch.to(torch.narrow(torch.flatten(torch.stack([torch.sin({0}), "
                  "torch.cos({0})], 2), 1), 1, "
                  "0, {1}), {2})",
                  angles, features, kFloat32));
}

}  // namespace

std::string torchscript_multi_head_attention(const TorchScriptLayer& at, const std::string& x) {
  const MultiHead heads{at, "", at.shape.output[1], at.layer.heads};
  if (at.layer.type == model::LayerType::kMultiHeadAttention)
    return heads(x, x, of_heads(at, own_mask(at, x, at.layer.causal), at.layer.causal));
  return heads(x, at.memory->x, of_heads(at, keys_mask(at, *at.memory), false));
}

std::string torchscript_attention(const TorchScriptLayer& at, const std::string& x) {
  const Layer& layer = at.layer;
  const bool additive = layer.score == AttentionScore::kAdditive;
  const std::string mask = own_mask(at, x, layer.causal);
  if (layer.pooled) {
    const std::string keys = additive ? at.assign("torch.tanh(" + linear(at, "key", x) + ")") : x;
    const std::string scores =
        at.assign(fmt::format("torch.transpose({}, 1, 2)", linear(at, "score", keys)));
    return fmt::format("torch.squeeze(torch.matmul({}, {}), 1)", shares_of(scores, mask), x);
  }
  if (!additive)
    return attend(x, x, x, mask, 1 / std::sqrt(static_cast<double>(at.shape.input[1])));
  const std::string pairs =
      at.assign(fmt::format("torch.tanh(torch.unsqueeze({}, 2) + torch.unsqueeze({}, 1))",
                            linear(at, "query", x), linear(at, "key", x)));
  const std::string scores =
      at.assign(fmt::format("torch.squeeze({}, 3)", linear(at, "score", pairs)));
  return fmt::format("torch.matmul({}, {})", shares_of(scores, mask), x);
}

std::string torchscript_luong_attention(const TorchScriptLayer& at, const std::string& x) {
  const std::string& memory = at.memory->x;
  const std::string queries =
      at.layer.score == AttentionScore::kGeneral ? at.assign(linear(at, "query", x)) : x;
  const std::string found =
      at.assign(attend(queries, memory, memory, keys_mask(at, *at.memory), 1));
  return fmt::format("torch.tanh({})",
                     linear(at, "combine", fmt::format("torch.cat([{}, {}], 2)", found, x)));
}

std::string torchscript_positional_encoding(const TorchScriptLayer& at, const std::string& x) {
  const std::string positions =
      at.layer.learned ? fmt::format("torch.narrow({}, 0, 0, {}.size(1))", at.tensor("weight"), x)
                       : sinusoids(at, x);
  const double root = std::sqrt(static_cast<double>(at.shape.input[1]));
  return fmt::format("{} + {}", at.layer.scale ? fmt::format("{} * {}", x, float_text(root)) : x,
                     positions);
}

std::string torchscript_transformer(const TorchScriptLayer& at, const std::string& x) {
  const bool decoder = at.layer.type == model::LayerType::kTransformerDecoder;
  const bool causal = decoder || at.layer.causal;
  const std::string mask = of_heads(at, own_mask(at, x, causal), causal);
  const std::string memory_mask =
      decoder ? of_heads(at, keys_mask(at, *at.memory), false) : std::string();
  std::string found = x;
  for (int64_t i = 0; i < at.layer.repeats; ++i)
    found = transformer_layer(at, i, found, mask, memory_mask);
  return found;
}

}  // namespace howdah::exporting
