// Translations that a network writes: encoded once, decoded token by token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <set>

#include "model/fill.h"
#include "model/zoo.h"
#include "train/engine.h"
#include "train/inputs.h"
#include "train/network.h"
#include "train/test_layers.h"

namespace howdah::train {
namespace {

using torch::Tensor;
constexpr int64_t kRead = 13, kWritten = 13;

model::Training training_of(const model::ZooModel& model) {
  model::Training training;
  training.task = model::Task::kTranslation;
  training.layers = model::zoo_layers(model, kWritten);
  training.decoder = model::zoo_decoder(model, kWritten);
  training.input = {8};
  training.input_form = model::Form::kTokens;
  training.vocabulary = kRead;
  training.classes = kWritten;
  training.target_width = 9;
  model::fill_vocabulary(training.layers, kRead);
  return training;
}

dataset::RecordBatch batch_of(const std::vector<std::vector<int32_t>>& texts) {
  dataset::RecordBatch batch;
  batch.records = static_cast<int64_t>(texts.size());
  for (std::vector<int32_t> text : texts) {
    text.resize(8);
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    batch.features.insert(batch.features.end(), bytes, bytes + text.size() * sizeof(int32_t));
  }
  return batch;
}
const std::vector<std::vector<int32_t>> kTexts = {
    {4, 5, 6, 7, 8, 9, 10, 11}, {12, 4}, {7}, {5, 5, 5}};

class Translating : public testing::TestWithParam<model::ZooModel> {
 protected:
  Translating()
      : training_(training_of(GetParam())),
        layout_(Layout::of(training_).value()),
        network_(Network::create(training_, layout_, dataset::ElementType::kInt32).value()) {
    configure_engine(1);
    // Of most weights a network says the same of every text: drawn until it does not.
    for (uint64_t seed = 1; seed <= 200; ++seed) {
      draw(seed);
      const auto texts = translate(kTexts, {.beam = 1});
      const std::set<std::vector<int32_t>> different(texts.begin(), texts.end());
      const bool ends =
          std::any_of(texts.begin(), texts.end(), [](const auto& text) { return text.size() < 8; });
      if (different.size() >= 3 && ends) return;
    }
    ADD_FAILURE() << "no weights that say something";
  }

  void draw(uint64_t seed) {
    dataset::SplitMix64 random(seed);
    for (const Parameter& parameter : layout_.parameters)
      for (int64_t i = 0; i < parameter.count; ++i)
        network_->weights()[static_cast<size_t>(parameter.offset + i)] =
            parameter.shape.size() == 1 ? 0.5F
                                        : static_cast<float>(random.below(4096)) / 1024.0F - 2;
  }

  std::vector<std::vector<int32_t>> translate(const std::vector<std::vector<int32_t>>& texts,
                                              const BeamOptions& options) {
    auto found = network_->translate(batch_of(texts), options);
    EXPECT_TRUE(found) << found.status().to_string();
    return found ? *found : std::vector<std::vector<int32_t>>();
  }

  void take_weights(TestLayers& layers) {
    for (auto& [name, tensor] : layers.parameters)
      for (const Parameter& parameter : layout_.parameters)
        if (parameter.name == name)
          tensor = torch::from_blob(network_->weights().data() + parameter.offset, parameter.shape);
  }

  // One token after the other, the likeliest each time, with the layers alone.
  std::vector<int32_t> greedy(std::vector<int32_t> text) {
    const torch::NoGradGuard no_gradients;
    TestLayers encoder(training_.layers, model::Signal({8}, model::Form::kTokens));
    const model::Signal memory_signal = encoder.output();
    TestLayers decoder(training_.decoder, model::Signal({8}, model::Form::kTokens),
                       {.name = "decoder", .memory = &memory_signal, .before = &encoder.shapes()});
    take_weights(encoder);
    take_weights(decoder);
    decoder.parameters["0.weight"] = encoder.parameters["0.weight"];  // where it is shared
    const Flow memory =
        encoder.forward(tokens_of(text.data(), 1, static_cast<int64_t>(text.size())));
    std::vector<int32_t> written{kBeginToken};
    while (written.size() <= 8) {
      const Flow out = decoder.forward(
          tokens_of(written.data(), 1, static_cast<int64_t>(written.size())), {.memory = &memory});
      Tensor next = out.x[0][out.x.size(1) - 1].clone();
      for (const int64_t never : {kPaddingToken, kBeginToken}) next[never].fill_(-1e9);
      const auto token = static_cast<int32_t>(next.argmax().item<int64_t>());
      if (token == kEndToken) break;
      written.push_back(token);
    }
    written.erase(written.begin());
    return written;
  }

  const model::Training training_;
  const Layout layout_;
  std::unique_ptr<Network> network_;
};

TEST_P(Translating, greedily_writes_the_likeliest_token_each_time) {
  const auto found = translate(kTexts, {.beam = 1});
  ASSERT_EQ(found.size(), kTexts.size());
  for (size_t i = 0; i < kTexts.size(); ++i) EXPECT_EQ(found[i], greedy(kTexts[i])) << i;
}

TEST_P(Translating, answers_a_text_the_same_in_every_batch) {
  const auto together = translate(kTexts, {.beam = 3});
  for (size_t i = 0; i < kTexts.size(); ++i)
    EXPECT_EQ(translate({kTexts[i]}, {.beam = 3})[0], together[i]) << i;
}

TEST_P(Translating, writes_no_more_than_a_target_holds) {
  for (const auto& text : translate(kTexts, {.beam = 2, .longest = 1000}))
    EXPECT_LE(text.size(), 8U);
  for (const auto& text : translate(kTexts, {.beam = 2, .longest = 3})) EXPECT_LE(text.size(), 3U);
}

TEST_P(Translating, is_done_in_parts_where_there_are_many_hypotheses) {
  std::vector<std::vector<int32_t>> many;
  for (int i = 0; i < 100; ++i) many.push_back(kTexts[static_cast<size_t>(i) % kTexts.size()]);
  const auto few = translate(kTexts, {.beam = 4}), found = translate(many, {.beam = 4});
  for (size_t i = 0; i < many.size(); ++i) EXPECT_EQ(found[i], few[i % kTexts.size()]) << i;
}

TEST_P(Translating, refuses_a_beam_that_is_not_possible) {
  EXPECT_EQ(network_->translate(batch_of(kTexts), {.beam = 0}).status().code(),
            Code::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(
    Zoo, Translating,
    testing::Values(
        model::ZooModel{.type = model::ZooType::kTransformer, .layers = 2, .width = 8, .heads = 2},
        model::ZooModel{
            .type = model::ZooType::kTransformer, .width = 8, .heads = 2, .shared = true},
        model::ZooModel{
            .type = model::ZooType::kLstmAttention, .embedding = 6, .units = 5, .layers = 2},
        model::ZooModel{.type = model::ZooType::kGruAttention, .embedding = 6, .units = 5}),
    [](const auto& info) {
      return std::string(model::zoo_types()[static_cast<size_t>(info.param.type)].name) +
             (info.param.shared ? "_shared" : "");
    });

}  // namespace
}  // namespace howdah::train
