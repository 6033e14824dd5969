// What layers of attention make of texts of several lengths, beside PyTorch in Python:
// figures.json.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "conformance/close.h"
#include "conformance/figures.h"
#include "job/job_spec.h"
#include "model/layer_types.h"
#include "train/engine.h"
#include "train/test_layers.h"

namespace howdah::train {
namespace {

using json = nlohmann::ordered_json;
using torch::Tensor;

void expect_close(const Tensor& found, const json& due, const std::string& what, double terms = 0) {
  const Tensor flat = found.detach().contiguous();
  howdah::expect_close({flat.const_data_ptr<float>(), static_cast<size_t>(flat.numel())}, due, what,
                       terms);
}

std::vector<model::Layer> layers_of(const json& lines) {
  std::string text = "name: a\ndata: {source: /d}\nmodel:\n  layers:\n";
  for (const auto& line : lines) text += "    - " + line.get<std::string>() + "\n";
  const auto spec = job::parse_job(text, "figures.json");
  EXPECT_TRUE(spec) << spec.status().to_string();
  return spec ? spec->training.layers : std::vector<model::Layer>();
}

int64_t number(const char* name) {
  return figures()[name].get<int64_t>();
}
Tensor integers(const json& values) {
  return torch::tensor(values.get<std::vector<int64_t>>(), torch::kInt64);
}

// What is trained, by its name.
using Trained = std::map<std::string, Tensor>;

// The tests that one layer and a whole network share. `output` computes with what is trained at
// places that are no padding: [places, values].
class Figures {
 public:
  Figures(const json& figure, Trained& trained, std::function<Tensor()> output)
      : figure_(figure), trained_(trained), output_(std::move(output)) {}

  void compare_output() {
    ASSERT_NO_FATAL_FAILURE(take_weights());
    expect_close(output_(), figure_["output"], "output");
  }

  void compare_gradients() {
    ASSERT_NO_FATAL_FAILURE(take_weights());
    const auto due = figure_["losses"][0].get<double>();
    EXPECT_NEAR(backward(), due, kTolerance * due);
    double terms = 0;
    for (const json& gradient : figure_["gradients"]) terms = std::max(terms, largest_of(gradient));
    for (const auto& [name, parameter] : trained_)
      expect_close(parameter.grad(), figure_["gradients"][name], name, terms);
  }

  void compare_steps() {
    ASSERT_NO_FATAL_FAILURE(take_weights());
    const double rate = figure_["rate"].get<double>() / figures()["batch"].get<double>();
    ASSERT_EQ(figure_["losses"].size(), 20U);
    for (size_t step = 0; step < 20; ++step) {
      const auto due = figure_["losses"][step].get<double>();
      EXPECT_NEAR(backward(), due, kTolerance * due) << step;
      const torch::NoGradGuard no_gradients;
      for (auto& [name, parameter] : trained_) parameter -= rate * parameter.grad();
    }
    for (const auto& [name, parameter] : trained_)
      expect_close(parameter, figure_["trained"][name], name);
  }

 private:
  void take_weights() {
    ASSERT_EQ(trained_.size(), figure_["weights"].size());
    for (auto& [name, parameter] : trained_) {
      ASSERT_TRUE(figure_["weights"].contains(name)) << name;
      const auto values = figure_["weights"][name].get<std::vector<float>>();
      ASSERT_EQ(static_cast<int64_t>(values.size()), parameter.numel()) << name;
      parameter = torch::tensor(values).view(parameter.sizes()).clone().set_requires_grad(true);
    }
  }

  double backward() {
    for (auto& [name, parameter] : trained_) parameter.mutable_grad().reset();
    const Tensor loss = torch::nn::functional::cross_entropy(
        output_(), integers(figure_["labels"]),
        torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
    loss.backward();
    return loss.item<double>();
  }

  const json& figure_;
  Trained& trained_;
  const std::function<Tensor()> output_;
};

Tensor at_places(const Tensor& x, const Tensor& lengths) {
  return x.index({torch::arange(x.size(1)).unsqueeze(0) < lengths.unsqueeze(1)});
}

class AttentionFigures : public testing::TestWithParam<size_t> {
 protected:
  AttentionFigures()
      : figure_(figures()["cases"][GetParam()]),
        memory_features_(figure_["memory_features"].get<int64_t>()),
        memory_signal_({number("memory_length"), memory_features_}, model::Form::kSequence),
        layers_(layers_of(json::array({figure_["line"]})),
                model::Signal({number("length"), number("features")}, model::Form::kSequence),
                memory_features_ > 0
                    ? model::LayerList{.name = "decoder", .memory = &memory_signal_}
                    : model::LayerList{}),
        compared_(figure_, layers_.parameters, [this] { return output(); }) {
    configure_engine(1);
    layers_.parameters["input"] =
        torch::empty({number("batch"), number("length"), number("features")});
    if (memory_features_ > 0)
      layers_.parameters["memory"] =
          torch::empty({number("batch"), number("memory_length"), memory_features_});
  }

  Tensor output() {
    const Flow memory{memory_features_ > 0 ? layers_.parameters["memory"] : Tensor(),
                      integers(figures()["memory_lengths"])};
    const Flow in{layers_.parameters["input"], integers(figures()["lengths"])};
    const Flow out = layers_.forward(in, {.training = true, .memory = &memory});
    return out.lengths.defined() ? at_places(out.x, out.lengths) : out.x;
  }

  const json& figure_;
  const int64_t memory_features_;
  const model::Signal memory_signal_;
  TestLayers layers_;
  Figures compared_;
};

TEST_P(AttentionFigures, output_is_pytorchs) {
  compared_.compare_output();
}
TEST_P(AttentionFigures, loss_and_gradients_are_pytorchs) {
  compared_.compare_gradients();
}
TEST_P(AttentionFigures, twenty_steps_end_where_pytorchs_do) {
  compared_.compare_steps();
}

// An encoder that reads tokens, and a decoder that sees those it has written.
class TranslationFigures : public testing::TestWithParam<size_t> {
 protected:
  TranslationFigures()
      : figure_(figures()["networks"][GetParam()]),
        encoder_(layers_of(figure_["layers"]),
                 model::Signal({number("memory_length")}, model::Form::kTokens)),
        memory_signal_(encoder_.output()),
        decoder_(layers_of(figure_["decoder"]),
                 model::Signal({number("length")}, model::Form::kTokens),
                 {.name = "decoder", .memory = &memory_signal_, .causal = true}),
        trained_(encoder_.parameters),
        compared_(figure_, trained_, [this] { return output(); }) {
    configure_engine(1);
    trained_.insert(decoder_.parameters.begin(), decoder_.parameters.end());
  }

  Tensor output() {
    for (auto* layers : {&encoder_, &decoder_})
      for (auto& [name, parameter] : layers->parameters) parameter = trained_.at(name);
    const auto batch = number("batch");
    const Flow text{integers(figure_["text"]).view({batch, -1}),
                    integers(figures()["memory_lengths"])};
    const Flow target{integers(figure_["target"]).view({batch, -1}),
                      integers(figures()["lengths"])};
    const Flow memory = encoder_.forward(text, {.training = true});
    const Flow out = decoder_.forward(target, {.training = true, .memory = &memory});
    return at_places(out.x, out.lengths);
  }

  const json& figure_;
  TestLayers encoder_;
  const model::Signal memory_signal_;
  TestLayers decoder_;
  Trained trained_;
  Figures compared_;
};

TEST_P(TranslationFigures, output_is_pytorchs) {
  compared_.compare_output();
}
TEST_P(TranslationFigures, loss_and_gradients_are_pytorchs) {
  compared_.compare_gradients();
}
TEST_P(TranslationFigures, twenty_steps_end_where_pytorchs_do) {
  compared_.compare_steps();
}

std::string name_of(const json& all, size_t number) {
  return all[number]["name"];
}
INSTANTIATE_TEST_SUITE_P(Pytorch, AttentionFigures,
                         testing::Range<size_t>(0, figures()["cases"].size()),
                         [](const auto& info) { return name_of(figures()["cases"], info.param); });
INSTANTIATE_TEST_SUITE_P(Pytorch, TranslationFigures,
                         testing::Range<size_t>(0, figures()["networks"].size()),
                         [](const auto& info) {
                           return name_of(figures()["networks"], info.param);
                         });

TEST(FiguresOfAttention, hold_every_type_that_looks_at_other_places) {
  std::set<model::LayerType> types;
  for (const json& figure : figures()["cases"])
    types.insert(layers_of(json::array({figure["line"]})).at(0).type);
  using T = model::LayerType;
  for (const T type :
       {T::kMultiHeadAttention, T::kAttention, T::kCrossAttention, T::kLuongAttention,
        T::kPositionalEncoding, T::kTransformerEncoder, T::kTransformerDecoder})
    EXPECT_TRUE(types.contains(type)) << model::layer_type_name(type);
}

}  // namespace
}  // namespace howdah::train
