#include "exporting/python_folder.h"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "exporting/python_source.h"
#include "exporting/test_models.h"

namespace howdah::exporting {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(PythonFolder, holds_the_network_its_weights_and_how_to_load_them) {
  const auto files = python_folder(image_model(), Names::kHowdah);
  ASSERT_TRUE(files) << files.status().to_string();
  std::vector<std::string> names;
  for (const ExportedFile& file : *files) names.push_back(file.name);
  EXPECT_THAT(names, ElementsAre("model.py", "model.json", "README.md", "model.safetensors"));
  EXPECT_THAT((*files)[2].content, HasSubstr("model.load_state_dict(load_weights("));
}

TEST(PythonFolder, is_loaded_with_ten_lines) {
  const std::string lines = python_lines(image_model(), "/a \"b\"");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 10);
  EXPECT_THAT(lines, HasSubstr(R"(sys.path.insert(0, "/a \"b\""))"));
  EXPECT_THAT(lines, HasSubstr("torch.randint(0, 256, (1, 1, 28, 28), dtype=torch.uint8)"));
}

TEST(PythonFolder, tells_the_network_in_the_job_files_words) {
  const auto files = python_folder(image_model(), Names::kHowdah);
  const auto json = nlohmann::json::parse((*files)[1].content);
  EXPECT_EQ(json["input"]["shape"], nlohmann::json({"batch", "1", "28", "28"}));
  EXPECT_EQ(json["normalization"]["divided_by"], 255);
  EXPECT_EQ(json["layers"][0]["conv2d"]["filters"], 6);
  EXPECT_EQ(json["layers"][0]["conv2d"]["kernel"], nlohmann::json({3, 5}));
  EXPECT_EQ(json["layers"].size(), image_model().training.layers.size());
}

TEST(PythonSource, writes_blocks_as_modules_with_the_same_names) {
  const std::string source = *python_source(image_model());
  EXPECT_THAT(source, HasSubstr("            nn.Conv2d(1, 6, (3, 5), padding=(1, 2)),\n"));
  EXPECT_THAT(source, HasSubstr("            Residual([\n                nn.Conv2d(14, 8, 3,"));
  EXPECT_THAT(source, HasSubstr("self.register_buffer(\"mean\", torch.tensor([0.28])"));
  EXPECT_THAT(source, HasSubstr("/ 255"));
}

TEST(PythonSource, defines_what_it_needs_only) {
  const std::string source = *python_source(row_model());
  EXPECT_THAT(source, HasSubstr("class Reshape("));
  EXPECT_THAT(source, HasSubstr("class GlobalAveragePool("));
  EXPECT_THAT(source, Not(HasSubstr("class Residual(")));
}

TEST(PythonFolder, holds_the_vocabulary_and_what_makes_tokens_by_it) {
  TrainedModel model = text_model(kRecurrentLayers);
  model.tokens = {.tokenizer = dataset::Tokenizer::kCharacters,
                  .lowercase = false,
                  .vocabulary = 40,
                  .file = "vocabulary.txt"};
  model.vocabularies = {{"vocabulary.txt", "<padding>\n"}};
  const auto files = python_folder(model, Names::kHowdah);
  ASSERT_TRUE(files) << files.status().to_string();
  std::map<std::string, std::string> by_name;
  for (const ExportedFile& file : *files) by_name[file.name] = file.content;
  EXPECT_EQ(by_name["vocabulary.txt"], "<padding>\n");
  EXPECT_THAT(by_name["tokens.py"], HasSubstr("class Tokenizer:"));
  EXPECT_THAT(by_name["README.md"], HasSubstr("`tokens.py` makes tokens of texts"));
  const auto tokens = nlohmann::json::parse(by_name["model.json"])["tokens"];
  EXPECT_EQ(tokens["tokenizer"], "characters");
  EXPECT_EQ(tokens["lowercase"], false);
  EXPECT_EQ(tokens["length"], 9);
  EXPECT_THAT(python_lines(model, "."), HasSubstr("Tokenizer(\".\").batch([\"a text\"])"));
}

TEST(PythonFolder, tells_the_categories_of_columns) {
  TrainedModel model = table_model();
  model.columns = {{"size"}, {"color", {"red", "green"}}};
  const auto files = python_folder(model, Names::kHowdah);
  const auto columns = nlohmann::json::parse((*files)[1].content)["columns"];
  EXPECT_EQ(columns[0], nlohmann::json({{"name", "size"}}));
  EXPECT_EQ(columns[1]["categories"], nlohmann::json({"red", "green"}));
}

TEST(PythonSource, shares_weights_under_one_name) {
  const std::string source = *python_source(text_model(kLanguageLayers, "language_model", 40));
  EXPECT_THAT(source, HasSubstr("SharedLinear(40)"));
  EXPECT_THAT(source, HasSubstr("self.get_submodule(\"6\").owner = [self.get_submodule(\"0\")]"));
}

TrainedModel resnet(model::ZooType type) {
  model::Training training;
  training.layers = model::zoo_layers({.type = type}, 5);
  training.input = {1, 64, 64};
  training.classes = 5;
  TrainedModel model = model_of(training);
  model.zoo = type;
  return model;
}

TEST(WeightsFile, has_torchvisions_names_of_its_networks) {
  for (const auto type : {model::ZooType::kResnet18, model::ZooType::kResnet50}) {
    const TrainedModel model = resnet(type);
    ASSERT_TRUE(check_names(model, Names::kTorchvision));
    const std::string file = weights_file(model, Names::kTorchvision);
    const auto tensors = train::parse_safetensors(as_bytes(file));
    std::set<std::string> names;
    for (const train::TensorView& tensor : *tensors) names.insert(tensor.name);
    EXPECT_EQ(names.size(), model.tensors.size());
    for (const char* name :
         {"conv1.weight", "layer1.0.bn1.running_mean", "layer2.0.downsample.0.weight", "fc.bias"})
      EXPECT_TRUE(names.contains(name)) << name;
    EXPECT_FALSE(names.contains("0.weight"));
    EXPECT_THAT(torchvision_source(model), HasSubstr("self.conv1 = nn.Conv2d(1, 64, 7"));
  }
}

TEST(WeightsFile, refuses_torchvisions_names_for_other_networks) {
  const Status refused = check_names(row_model(), Names::kTorchvision);
  EXPECT_EQ(refused.code(), Code::kInvalidArgument);
  EXPECT_THAT(refused.to_string(), HasSubstr("resnet18"));
}

TEST(WeightsFile, is_the_jobs_own_file_with_howdahs_names) {
  const TrainedModel model = row_model();
  std::string own;
  ASSERT_TRUE(train::write_safetensors(model.tensors, [&](Bytes bytes) {
    own += as_text(bytes);
    return Status::ok();
  }));
  EXPECT_EQ(weights_file(model, Names::kHowdah), own);
}

}  // namespace
}  // namespace howdah::exporting
