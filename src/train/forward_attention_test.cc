#include "train/forward_attention.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "train/engine.h"
#include "train/test_layers.h"

namespace howdah::train {
namespace {

using model::Layer;
using model::Signal;
using torch::Tensor;
using T = model::LayerType;

constexpr int64_t kLength = 9, kFeatures = 8, kMemory = 7;

Flow sequence(std::vector<int64_t> lengths, int64_t length, uint64_t seed) {
  dataset::SplitMix64 random(seed);
  return {TestLayers::uniform({static_cast<int64_t>(lengths.size()), length, kFeatures}, random),
          torch::tensor(lengths, torch::kInt64)};
}

const Signal kInput({kLength, kFeatures}, model::Form::kSequence);
const Signal kSeen({kMemory, kFeatures}, model::Form::kSequence);

struct Case {
  Layer layer;
  bool decodes = false, causal = false;
};
std::vector<Case> cases() {
  const auto score = model::AttentionScore::kDot;
  return {
      {{.type = T::kMultiHeadAttention, .heads = 2}},
      {{.type = T::kMultiHeadAttention, .units = 12, .heads = 4, .causal = true}, false, true},
      {{.type = T::kAttention}},
      {{.type = T::kAttention, .score = score}},
      {{.type = T::kAttention, .pooled = false}},
      {{.type = T::kAttention, .causal = true, .pooled = false, .score = score}, false, true},
      {{.type = T::kAttention, .causal = true, .pooled = false}, false, true},
      {{.type = T::kCrossAttention, .heads = 2}, true, true},
      {{.type = T::kLuongAttention, .score = model::AttentionScore::kGeneral}, true, true},
      {{.type = T::kPositionalEncoding}, false, true},
      {{.type = T::kPositionalEncoding, .learned = true}, false, true},
      {{.type = T::kTransformerEncoder, .repeats = 2, .heads = 2}},
      {{.type = T::kTransformerEncoder, .repeats = 2, .heads = 2, .causal = true}, false, true},
      {{.type = T::kTransformerDecoder, .repeats = 2, .heads = 2, .norm_first = true}, true, true}};
}

class Attending : public testing::TestWithParam<size_t> {
 protected:
  Attending()
      : case_(cases()[GetParam()]),
        layers_({case_.layer}, kInput,
                case_.decodes ? model::LayerList{"decoder", 0, &kSeen} : model::LayerList{}) {
    configure_engine(1);
  }

  Tensor forward(const Flow& in, const Flow& memory) {
    return layers_.forward(in, {.memory = case_.decodes ? &memory : nullptr}).x;
  }
  // What it gives for one text of a batch, where that is no padding.
  Tensor text(const Tensor& out, const Flow& in, int64_t number) const {
    const bool pooled = case_.layer.type == T::kAttention && case_.layer.pooled;
    return pooled ? out[number] : out[number].narrow(0, 0, in.lengths[number].item<int64_t>());
  }

  const Case case_;
  TestLayers layers_;
};

TEST_P(Attending, answers_a_text_the_same_alone_and_before_any_padding) {
  const Flow in = sequence({4, 9, 1, 6}, kLength, 3), memory = sequence({7, 2, 5, 1}, kMemory, 4);
  const Tensor together = forward(in, memory);
  for (int64_t i = 0; i < 4; ++i) {
    const auto length = in.lengths[i].item<int64_t>(), seen = memory.lengths[i].item<int64_t>();
    const Flow one{in.x.narrow(0, i, 1).narrow(1, 0, length), in.lengths.narrow(0, i, 1)};
    const Flow its{memory.x.narrow(0, i, 1).narrow(1, 0, seen), memory.lengths.narrow(0, i, 1)};
    EXPECT_TRUE(torch::allclose(forward(one, its)[0], text(together, in, i), 1e-5, 1e-6)) << i;
  }
}

TEST_P(Attending, does_not_look_at_what_stands_in_the_padding) {
  const Flow in = sequence({4, 9, 1, 6}, kLength, 3), memory = sequence({7, 2, 5, 1}, kMemory, 4);
  const auto changed = [](const Flow& flow) {
    const Tensor padding = torch::arange(flow.x.size(1)).unsqueeze(0) >= flow.lengths.unsqueeze(1);
    return Flow{flow.x.masked_fill(padding.unsqueeze(2), 1000), flow.lengths};
  };
  const Tensor before = forward(in, memory), after = forward(changed(in), changed(memory));
  for (int64_t i = 0; i < 4; ++i)
    EXPECT_TRUE(torch::equal(text(before, in, i), text(after, in, i))) << i;
}

TEST_P(Attending, gives_the_same_bits_each_time) {
  const Flow in = sequence({9, 9, 3, 6}, kLength, 3), memory = sequence({7, 2, 5, 1}, kMemory, 4);
  EXPECT_TRUE(torch::equal(forward(in, memory), forward(in, memory)));
}

TEST_P(Attending, does_not_look_ahead_where_it_is_causal) {
  Flow in = sequence({9, 9}, kLength, 5);
  const Flow memory = sequence({7, 3}, kMemory, 6);
  const Tensor before = forward(in, memory);
  in.x = in.x.clone();
  in.x.narrow(1, 5, 4).add_(1);
  const Tensor after = forward(in, memory);
  if (!case_.causal) {
    EXPECT_FALSE(torch::allclose(before[0], after[0]));
    return;
  }
  EXPECT_TRUE(torch::allclose(before.narrow(1, 0, 5), after.narrow(1, 0, 5), 1e-6, 1e-7));
  EXPECT_FALSE(torch::allclose(before.narrow(1, 5, 4), after.narrow(1, 5, 4)));
}

std::string name_of(const testing::TestParamInfo<size_t>& info) {
  return std::string(model::layer_type_name(cases()[info.param].layer.type)) + "_" +
         std::to_string(info.param);
}
INSTANTIATE_TEST_SUITE_P(Layers, Attending, testing::Range<size_t>(0, cases().size()), name_of);

TEST(AttentionDropout, depends_on_its_seed_alone_and_not_on_the_processs_generator) {
  configure_engine(1);
  for (const T type : {T::kMultiHeadAttention, T::kTransformerEncoder, T::kPositionalEncoding}) {
    TestLayers layers({{.type = type, .rate = 0.4, .heads = 2}}, kInput);
    const Flow in = sequence({9, 3}, kLength, 7);
    const auto trained = [&](uint64_t seed) {
      torch::rand({3});
      return layers.forward(in, {.training = true, .dropout_seed = seed}).x;
    };
    EXPECT_TRUE(torch::equal(trained(1), trained(1)));
    EXPECT_FALSE(torch::equal(trained(1), trained(2)));
    EXPECT_FALSE(torch::equal(trained(1), layers.forward(in).x));
  }
}

TEST(AttentionDropout, is_another_one_at_each_place_of_a_layer) {
  configure_engine(1);
  // Zeros but for the last bias: what is left is 1 / (1 - rate), or 0.
  TestLayers layers({{.type = T::kTransformerEncoder, .rate = 0.5, .heads = 2, .norm_first = true}},
                    kInput);
  for (auto& [name, parameter] : layers.parameters) parameter.zero_();
  const Flow in{torch::zeros({2, kLength, kFeatures}), torch::tensor({9, 9}, torch::kInt64)};
  const LayerContext context{.training = true, .dropout_seed = 3};
  layers.parameters["0.layers.0.self_attn.out_proj.bias"].fill_(1);
  const Tensor first = layers.forward(in, context).x;
  layers.parameters["0.layers.0.self_attn.out_proj.bias"].zero_();
  layers.parameters["0.layers.0.linear2.bias"].fill_(1);
  const Tensor second = layers.forward(in, context).x;
  for (const Tensor& found : {first, second})
    EXPECT_TRUE(found.eq(0).logical_or(found.eq(2)).all().item<bool>());
  EXPECT_FALSE(torch::equal(first, second));
}

}  // namespace
}  // namespace howdah::train
