#include "train/forward_attention.h"

#include <cmath>
#include <limits>
#include <optional>

#include "train/dropout_mask.h"

namespace howdah::train {
namespace {

using model::AttentionScore;
using model::Layer;
using model::LayerType;
using torch::Tensor;

// The parameters of a layer, one after the other.
class Parameters {
 public:
  explicit Parameters(const LayerTensors& tensors) : tensors_(tensors.parameters) {}
  const Tensor& next() { return tensors_[next_++]; }

 private:
  const std::span<const Tensor> tensors_;
  size_t next_ = 0;
};

// The dropouts of a layer, each with a mask of its own.
class Dropout {
 public:
  explicit Dropout(const LayerCall& call)
      : rate_(call.context.training ? call.layer.rate : 0),
        seed_(call.context.dropout_seed),
        layer_(call.place.number) {}
  bool active() const { return rate_ > 0; }
  Tensor operator()(const Tensor& x) {
    return active() ? x * dropout_mask(x.sizes(), rate_, seed_, layer_, which_++) : x;
  }

 private:
  const double rate_;
  const uint64_t seed_;
  const int layer_;
  uint64_t which_ = 0;
};

// bool [batch, 1, 1, length]: which keys are no padding. Undefined where all are none.
Tensor keys_mask(const Flow& keys) {
  const int64_t length = keys.x.size(1);
  if (keys.lengths.min().item<int64_t>() == length) return {};
  return (torch::arange(length, torch::kInt64).unsqueeze(0) < keys.lengths.unsqueeze(1))
      .view({-1, 1, 1, length});
}

// What a query may look at: one of both. Padding stands at the end, so where there is text a causal
// attention sees none of it.
struct Sight {
  Tensor keys = {};  // as keys_mask
  bool causal = false;
};

// bool, true where a query does not see the key; of scores [..., queries, keys].
Tensor hidden_from(const Sight& sight, const Tensor& scores) {
  if (sight.keys.defined()) return sight.keys.logical_not();
  return torch::ones({scores.size(-2), scores.size(-1)}, torch::kBool).triu(1);
}

Tensor shares_of(const Tensor& scores, const Sight& sight) {
  if (!sight.keys.defined() && !sight.causal) return scores.softmax(-1);
  return scores.masked_fill(hidden_from(sight, scores), -std::numeric_limits<float>::infinity())
      .softmax(-1);
}

// float32 [batch, heads, queries, features], of keys and values the same with their number.
Tensor attend(const Tensor& queries, const Tensor& keys, const Tensor& values, const Sight& sight,
              double scale, Dropout& dropout) {
  if (!dropout.active()) {  // its own dropout would draw from the process's generator
    std::optional<Tensor> mask;
    if (sight.keys.defined()) mask = sight.keys;
    return torch::scaled_dot_product_attention(queries, keys, values, mask, 0, sight.causal, scale);
  }
  const Tensor scores = torch::matmul(queries * scale, keys.transpose(-2, -1));
  return torch::matmul(dropout(shares_of(scores, sight)), values);
}

Tensor heads_of(const Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

// nn.MultiheadAttention. self: the keys are the queries.
class MultiHead {
 public:
  MultiHead(Parameters& parameters, int64_t units, const Tensor& queries, const Tensor& keys)
      : units_(units), packed_(units == queries.size(2) && units == keys.size(2)) {
    for (int i = 0; i < (packed_ ? 1 : 3); ++i) in_.push_back(parameters.next());
    in_bias_ = parameters.next();
    out_ = parameters.next();
    out_bias_ = parameters.next();
  }

  Tensor operator()(const Tensor& queries, const Tensor& keys, bool self, int64_t heads,
                    const Sight& sight, Dropout& dropout) const {
    const std::vector<Tensor> projected = self ? projections(queries) : projections(queries, keys);
    const double scale = 1 / std::sqrt(static_cast<double>(units_ / heads));
    const Tensor found = attend(heads_of(projected[0], heads), heads_of(projected[1], heads),
                                heads_of(projected[2], heads), sight, scale, dropout);
    return torch::linear(found.transpose(1, 2).reshape({queries.size(0), queries.size(1), units_}),
                         out_, out_bias_);
  }

 private:
  std::vector<Tensor> projections(const Tensor& x) const {
    if (packed_) return torch::linear(x, in_[0], in_bias_).chunk(3, -1);
    return projections(x, x);
  }
  std::vector<Tensor> projections(const Tensor& queries, const Tensor& keys) const {
    const std::vector<Tensor> bias = in_bias_.chunk(3);
    if (!packed_)
      return {torch::linear(queries, in_[0], bias[0]), torch::linear(keys, in_[1], bias[1]),
              torch::linear(keys, in_[2], bias[2])};
    const std::vector<Tensor> both = torch::linear(keys, in_[0].narrow(0, units_, 2 * units_),
                                                   in_bias_.narrow(0, units_, 2 * units_))
                                         .chunk(2, -1);
    return {torch::linear(queries, in_[0].narrow(0, 0, units_), bias[0]), both[0], both[1]};
  }

  const int64_t units_;
  const bool packed_;
  std::vector<Tensor> in_;
  Tensor in_bias_, out_, out_bias_;
};

struct Linear {
  explicit Linear(Parameters& parameters) : weight(parameters.next()), bias(parameters.next()) {}
  Tensor operator()(const Tensor& x) const { return torch::linear(x, weight, bias); }
  const Tensor weight, bias;
};

struct Norm {
  Norm(Parameters& parameters, double epsilon)
      : weight(parameters.next()), bias(parameters.next()), epsilon(epsilon) {}
  Tensor operator()(const Tensor& x) const {
    return torch::layer_norm(x, weight.sizes(), weight, bias, epsilon);
  }
  const Tensor weight, bias;
  const double epsilon;
};

// nn.TransformerEncoderLayer, and with a memory nn.TransformerDecoderLayer.
Tensor transformer_layer(const Layer& layer, Parameters& parameters, Tensor x, const Sight& sight,
                         const Flow* memory, const Tensor& memory_mask, Dropout& dropout) {
  const int64_t features = x.size(2);
  const MultiHead own(parameters, features, x, x);
  std::optional<MultiHead> other;
  if (memory != nullptr) other.emplace(parameters, features, x, memory->x);
  const Linear first(parameters), second(parameters);
  std::vector<Norm> norms;
  for (int i = 0; i < (memory != nullptr ? 3 : 2); ++i)
    norms.emplace_back(parameters, layer.epsilon);
  size_t next_norm = 0;
  const auto add = [&](const auto& part) {
    const Norm& norm = norms[next_norm++];
    x = layer.norm_first ? x + dropout(part(norm(x))) : norm(x + dropout(part(x)));
  };
  add([&](const Tensor& in) { return own(in, in, true, layer.heads, sight, dropout); });
  if (memory != nullptr)
    add([&](const Tensor& in) {
      return (*other)(in, memory->x, false, layer.heads, {memory_mask}, dropout);
    });
  add([&](const Tensor& in) {
    const Tensor within = first(in);
    return second(dropout(layer.gelu ? torch::gelu(within) : torch::relu(within)));
  });
  return x;
}

// Vaswani 2017, section 3.5: sines at even features, cosines at odd ones. [length, features].
Tensor sinusoids(int64_t length, int64_t features) {
  const auto exact = torch::TensorOptions(torch::kFloat64);
  const Tensor rates = torch::exp(torch::arange(0, features, 2, exact) *
                                  (-std::log(10000.0) / static_cast<double>(features)));
  const Tensor angles = torch::outer(torch::arange(length, exact), rates);
  return torch::stack({angles.sin(), angles.cos()}, 2)
      .flatten(1)
      .narrow(1, 0, features)
      .to(torch::kFloat32);
}

}  // namespace

Flow multi_head_forward(const LayerCall& call) {
  const Layer& layer = call.layer;
  const Flow& in = call.in;
  const bool self = layer.type == LayerType::kMultiHeadAttention;
  const Flow& keys = self ? in : *call.context.memory;
  const int64_t units = layer.units == 0 ? in.x.size(2) : layer.units;
  Parameters parameters(call.tensors);
  Dropout dropout(call);
  const bool causal = self && layer.causal;
  const MultiHead heads(parameters, units, in.x, keys.x);
  return {heads(in.x, keys.x, self, layer.heads, {causal ? Tensor() : keys_mask(keys), causal},
                dropout),
          in.lengths};
}

Flow attention_forward(const LayerCall& call) {
  const Layer& layer = call.layer;
  const Flow& in = call.in;
  Parameters parameters(call.tensors);
  Dropout none(call);
  const Tensor mask = keys_mask(in);  // [batch, 1, 1, length]
  if (layer.pooled) {
    Tensor keys = in.x;
    if (layer.score == AttentionScore::kAdditive) keys = torch::tanh(Linear(parameters)(keys));
    const Tensor scores = torch::linear(keys, parameters.next()).transpose(1, 2);
    const Tensor shares = shares_of(scores, {mask.defined() ? mask.squeeze(1) : mask});
    return {torch::matmul(shares, in.x).squeeze(1), {}};
  }
  const Sight sight{layer.causal ? Tensor() : mask, layer.causal};
  if (layer.score == AttentionScore::kDot) {
    const Tensor x = in.x.unsqueeze(1);
    const double scale = 1 / std::sqrt(static_cast<double>(in.x.size(2)));
    return {attend(x, x, x, sight, scale, none).squeeze(1), in.lengths};
  }
  const Tensor queries = torch::linear(in.x, parameters.next());
  const Tensor keys = Linear(parameters)(in.x);
  const Tensor scores =
      torch::linear(torch::tanh(queries.unsqueeze(2) + keys.unsqueeze(1)), parameters.next())
          .squeeze(3);
  const Sight seen{sight.keys.defined() ? sight.keys.squeeze(1) : sight.keys, sight.causal};
  return {torch::matmul(shares_of(scores, seen), in.x), in.lengths};
}

// Luong 2015, "Effective approaches to attention-based neural machine translation": global
// attention, equations 5 to 8.
Flow luong_forward(const LayerCall& call) {
  const Layer& layer = call.layer;
  const Flow& in = call.in;
  Parameters parameters(call.tensors);
  Dropout none(call);
  const Flow& memory = *call.context.memory;
  const Tensor queries =
      layer.score == AttentionScore::kGeneral ? torch::linear(in.x, parameters.next()) : in.x;
  const Tensor values = memory.x.unsqueeze(1);
  const Tensor found =
      attend(queries.unsqueeze(1), values, values, {keys_mask(memory)}, 1, none).squeeze(1);
  return {torch::tanh(torch::linear(torch::cat({found, in.x}, 2), parameters.next())), in.lengths};
}

Flow positions_forward(const LayerCall& call) {
  const Layer& layer = call.layer;
  const Flow& in = call.in;
  const int64_t length = in.x.size(1);
  Dropout dropout(call);
  const Tensor positions = layer.learned ? call.tensors.parameters[0].narrow(0, 0, length)
                                         : sinusoids(length, in.x.size(2));
  const Tensor x = layer.scale ? in.x * std::sqrt(static_cast<double>(in.x.size(2))) : in.x;
  return {dropout(x + positions), in.lengths};
}

Flow transformer_forward(const LayerCall& call) {
  const Layer& layer = call.layer;
  const Flow& in = call.in;
  Parameters parameters(call.tensors);
  Dropout dropout(call);
  const Flow* memory = layer.type == LayerType::kTransformerDecoder ? call.context.memory : nullptr;
  const bool causal = memory != nullptr || layer.causal;
  const Sight sight{causal ? Tensor() : keys_mask(in), causal};
  const Tensor memory_mask = memory != nullptr ? keys_mask(*memory) : Tensor();
  Tensor x = in.x;
  for (int64_t i = 0; i < layer.repeats; ++i)
    x = transformer_layer(layer, parameters, x, sight, memory, memory_mask, dropout);
  return {x, in.lengths};
}

}  // namespace howdah::train
