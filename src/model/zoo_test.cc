#include "model/zoo.h"

#include <gtest/gtest.h>

#include <set>

#include "model/fill.h"
#include "model/summary.h"
#include "model/training.h"

namespace howdah::model {
namespace {

Summary summary_of(ZooType type, int64_t classes, const Shape& input) {
  const auto summary = summarize(zoo_layers({.type = type}, classes), input, classes);
  EXPECT_TRUE(summary) << summary.status().to_string();
  return summary ? *summary : Summary{};
}

TEST(Zoo, has_a_row_for_each_type_in_order) {
  for (size_t i = 0; i < zoo_types().size(); ++i)
    EXPECT_EQ(static_cast<size_t>(zoo_types()[i].type), i);
  EXPECT_EQ(zoo_types().back().type, ZooType::kGruAttention);
}

TEST(Zoo, counts_the_parameters_that_are_known_of_its_networks) {
  EXPECT_EQ(summary_of(ZooType::kLenet, 10, {1, 28, 28}).parameters, 61'706);
  EXPECT_EQ(summary_of(ZooType::kMlp, 10, {1, 28, 28}).parameters,
            785 * 512 + 513 * 256 + 257 * 10);
  EXPECT_EQ(summary_of(ZooType::kSmallCnn, 10, {1, 28, 28}).parameters, 421'642);
  // 269,722 with shortcuts of zeros, and the two projections here.
  EXPECT_EQ(summary_of(ZooType::kResnet20, 10, {3, 32, 32}).parameters,
            269'722 + 16 * 32 + 32 * 64 + 2 * (32 + 64));
  EXPECT_EQ(summary_of(ZooType::kResnet18, 1000, {3, 224, 224}).parameters, 11'689'512);
  EXPECT_EQ(summary_of(ZooType::kResnet50, 1000, {3, 224, 224}).parameters, 25'557'032);
}

TEST(Zoo, counts_the_multiply_adds_that_are_known_of_its_networks) {
  EXPECT_EQ(summary_of(ZooType::kResnet18, 1000, {3, 224, 224}).multiply_adds, 1'814'073'344);
  EXPECT_EQ(summary_of(ZooType::kResnet50, 1000, {3, 224, 224}).multiply_adds, 4'089'184'256);
}

TEST(Zoo, puts_dropout_after_each_hidden_layer) {
  const auto layers = zoo_layers(
      {.type = ZooType::kMlp, .hidden = {5}, .dropout = 0.3, .where = "job.yaml:3:8"}, 4);
  ASSERT_EQ(layers.size(), 5U);
  EXPECT_EQ(layers[1].units, 5);
  EXPECT_EQ(layers[3].rate, 0.3);
  EXPECT_EQ(layers[4].units, 4);
  EXPECT_EQ(layers[4].where, "job.yaml:3:8");
}

Training translation(const ZooModel& model) {
  Training training;
  training.task = Task::kTranslation;
  training.layers = zoo_layers(model, 50);
  training.decoder = zoo_decoder(model, 50);
  training.input = {12};
  training.input_form = Form::kTokens;
  training.vocabulary = 40;
  training.classes = 50;
  training.target_width = 10;
  fill_vocabulary(training.layers, training.vocabulary);
  return training;
}

int64_t parameters_of(const std::vector<LayerShape>& shapes) {
  int64_t count = 0;
  for (const LayerShape& shape : shapes) count += shape.parameters;
  return count;
}

TEST(Zoo, translates_with_an_encoder_and_a_decoder) {
  for (const bool norm_first : {true, false}) {
    const auto shapes = infer_network(translation({.type = ZooType::kTransformer,
                                                   .layers = 2,
                                                   .width = 8,
                                                   .heads = 2,
                                                   .feed_forward = 16,
                                                   .norm_first = norm_first}));
    ASSERT_TRUE(shapes) << shapes.status().to_string();
    const int64_t attention = 4 * 8 * 8 + 4 * 8, within = 2 * 8 * 16 + 16 + 8, norm = 2 * 8;
    EXPECT_EQ(parameters_of(*shapes), (40 + 50) * 8 + 2 * (attention + within + 2 * norm) +
                                          2 * (2 * attention + within + 3 * norm) + 9 * 50 +
                                          (norm_first ? 2 * norm : 0));
  }
  for (const ZooType type : {ZooType::kLstmAttention, ZooType::kGruAttention}) {
    const auto shapes = infer_network(
        translation({.type = type, .dropout = 0.1, .embedding = 6, .units = 5, .layers = 2}));
    ASSERT_TRUE(shapes) << shapes.status().to_string();
    EXPECT_EQ(output_of(*shapes), Signal({9, 50}, Form::kSequence));
  }
  EXPECT_TRUE(zoo_decoder({.type = ZooType::kLenet}, 10).empty());
}

TEST(Zoo, shares_one_weight_between_embeddings_and_output) {
  Training training = translation(
      {.type = ZooType::kTransformer, .layers = 2, .width = 8, .heads = 2, .shared = true});
  const auto shapes = infer_network(training);
  ASSERT_TRUE(shapes) << shapes.status().to_string();
  std::vector<std::string> found;
  for (const LayerShape& shape : *shapes)
    if (!shape.shared.empty()) found.push_back(shape.name + " " + shape.shared);
  EXPECT_EQ(found, (std::vector<std::string>{"decoder.0 0.weight", "decoder.4 0.weight"}));
  training.decoder[0].vocabulary = 40;
  EXPECT_EQ(infer_network(training).status().to_string(),
            "decoder layer 1 (embedding) shares the weight of layer '0', expects one of [40, 8],"
            " found [50, 8]");
  training.decoder[0].share = "7";
  EXPECT_EQ(
      infer_network(training).status().to_string(),
      "decoder layer 1 (embedding) shares the weight of layer '7', which does not stand before"
      " it; the first layer is '0'");
  training.decoder[0].share = "1";
  EXPECT_EQ(
      infer_network(training).status().to_string(),
      "decoder layer 1 (embedding) shares the weight of layer '1', which has none of its own");
}

TEST(Zoo, says_next_tokens_without_looking_ahead) {
  for (const ZooType type : {ZooType::kTransformerLm, ZooType::kLstmLm}) {
    Training training;
    training.task = Task::kLanguageModel;
    training.layers = zoo_layers({.type = type}, 50);
    training.input = {13};
    training.input_form = Form::kTokens;
    training.classes = 50;
    fill_vocabulary(training.layers, 50);
    EXPECT_TRUE(infer_network(training)) << infer_network(training).status().to_string();
    for (Layer& layer : training.layers) {
      layer.causal = false;
      layer.bidirectional = true;
    }
    EXPECT_EQ(infer_network(training).status().code(), Code::kInvalidArgument);
  }
}

TEST(Zoo, classifies_texts_with_a_transformer) {
  std::vector<Layer> layers = zoo_layers({.type = ZooType::kTransformerEncoder}, 3);
  fill_vocabulary(layers, 50);
  const auto shapes = infer_shapes(layers, Signal({20}, Form::kTokens), 3);
  EXPECT_TRUE(shapes) << shapes.status().to_string();
}

std::set<std::string> names_of(ZooType type) {
  std::set<std::string> names;
  const auto shapes = infer_shapes(zoo_layers({.type = type}, 7), {3, 64, 64});
  for (const LayerShape& shape : *shapes) {
    const auto add = [&](const std::string& word) {
      const auto name = torchvision_name(type, shape.name + "." + word);
      EXPECT_TRUE(name) << shape.name << "." << word;
      EXPECT_TRUE(names.insert(name.value_or("")).second) << shape.name << "." << word;
    };
    for (const LayerParameter& parameter : shape.trained) add(parameter.name);
    for (const LayerBuffer& buffer : shape.buffers) add(buffer.name);
  }
  return names;
}

std::set<std::string> torchvisions(const std::vector<int>& blocks, int convolutions,
                                   bool first_is_projected) {
  std::set<std::string> names{"fc.weight", "fc.bias"};
  const auto add = [&](const std::string& weights, const std::string& norm) {
    names.insert(weights + ".weight");
    for (const char* word : {"weight", "bias", "running_mean", "running_var"})
      names.insert(norm + "." + word);
  };
  add("conv1", "bn1");
  for (size_t stage = 0; stage < blocks.size(); ++stage)
    for (int block = 0; block < blocks[stage]; ++block) {
      const std::string at =
          "layer" + std::to_string(stage + 1) + "." + std::to_string(block) + ".";
      for (int i = 1; i <= convolutions; ++i)
        add(at + "conv" + std::to_string(i), at + "bn" + std::to_string(i));
      if (block == 0 && (stage > 0 || first_is_projected))
        add(at + "downsample.0", at + "downsample.1");
    }
  return names;
}

TEST(TorchvisionName, is_known_of_everything_that_a_resnet_has) {
  EXPECT_EQ(names_of(ZooType::kResnet18), torchvisions({2, 2, 2, 2}, 2, false));
  EXPECT_EQ(names_of(ZooType::kResnet50), torchvisions({3, 4, 6, 3}, 3, true));
  EXPECT_EQ(torchvision_name(ZooType::kResnet18, "6.layers.3.weight"), "layer1.1.conv2.weight");
}

TEST(TorchvisionName, is_nothing_for_what_no_resnet_has) {
  for (const char* name :
       {"", "0", "2.weight", "4.layers.2.weight", "4.layers.0", "4.other.0.weight",
        "400.layers.0.weight", "-4.layers.0.weight", "4.layers.-1.weight", "x.y"})
    EXPECT_EQ(torchvision_name(ZooType::kResnet18, name), std::nullopt) << name;
  EXPECT_EQ(torchvision_name(ZooType::kLenet, "0.weight"), std::nullopt);
}

}  // namespace
}  // namespace howdah::model
