#include "dataset/index.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace howdah::dataset {
namespace {

using Json = nlohmann::json;

Index small_index() {
  Index index;
  index.source = "file:///source";
  index.fingerprint = std::string(64, 'a');
  index.shape = {1, 2, 3};
  index.classes = 2;
  index.class_names = {"cat", "dög"};
  index.mean = {72.94035};
  index.stddev = {0.1};
  Partition train;
  train.name = "train";
  train.files = {"train.records"};
  train.file_bytes = {100};
  train.file_sha256 = {std::string(64, '0')};
  train.records = 10;
  train.records_by_class = {4, 6};
  train.chunks = {{.file = 0, .offset_bytes = 0, .records = 6, .first_record = 0, .hosts = {"a"}},
                  {.file = 0, .offset_bytes = 60, .records = 4, .first_record = 6, .hosts = {}}};
  index.partitions = {train};
  return index;
}

Status parse(const Json& json) {
  return Index::from_json(json.dump()).status();
}

TEST(Index, comes_back_from_its_json_as_it_was) {
  const Index index = small_index();
  const auto back = Index::from_json(index.to_json());
  ASSERT_TRUE(back.is_ok()) << back.status().to_string();
  EXPECT_EQ(back->to_json(), index.to_json());
  EXPECT_EQ(back->mean, index.mean);
  EXPECT_EQ(back->class_names, index.class_names);
  EXPECT_EQ(back->record_bytes(), 10);
  ASSERT_NE(back->partition("train"), nullptr);
  EXPECT_EQ(back->partition("train")->chunks[1].first_record, 6);
  EXPECT_EQ(back->partition("test"), nullptr);
}

TEST(Index, refuses_what_is_no_index) {
  const std::string deep(100'000, '[');
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), std::string("null"), deep,
        std::string("{\"version\": 1"), small_index().to_json() + "x"}) {
    EXPECT_EQ(Index::from_json(text).status().code(), Code::kCorrupt) << text.substr(0, 20);
  }
}

TEST(Index, refuses_another_version_by_its_number) {
  Json json = Json::parse(small_index().to_json());
  json["version"] = 2;
  json["a key of version 2"] = 1;
  EXPECT_NE(parse(json).to_string().find("version 2"), std::string::npos);
}

TEST(Index, refuses_unknown_and_missing_keys) {
  Json json = Json::parse(small_index().to_json());
  json["extra"] = 1;
  EXPECT_NE(parse(json).message().find("extra"), std::string::npos);
  json.erase("extra");
  ASSERT_TRUE(parse(json).is_ok());
  const Json partition = json["partitions"][0];
  for (const auto& [key, value] : json.items()) {
    Json without = json;
    without.erase(key);
    EXPECT_EQ(parse(without).code(), Code::kCorrupt) << key;
  }
  for (const auto& [key, value] : partition.items()) {
    Json without = json;
    without["partitions"][0].erase(key);
    EXPECT_EQ(parse(without).code(), Code::kCorrupt) << key;
  }
}

TEST(Index, refuses_numbers_outside_their_limits) {
  const Json good = Json::parse(small_index().to_json());
  const auto refuses = [&](const std::string& pointer, const Json& value) {
    Json bad = good;
    bad.at(Json::json_pointer(pointer)) = value;
    EXPECT_EQ(parse(bad).code(), Code::kCorrupt) << pointer << " = " << value;
  };
  refuses("/classes", 0);
  refuses("/classes", int64_t{1} << 40);
  refuses("/classes", 2.0);
  refuses("/shape", Json::array());
  refuses("/shape", {1, 0, 3});
  refuses("/shape", {1 << 20, 1 << 20, 1 << 20});
  refuses("/shape", {1, 18446744073709551615ULL});
  refuses("/mean", {1.0, 2.0});
  refuses("/stddev", {-1.0});
  refuses("/element", "int64");
  refuses("/fingerprint", "abc");
  refuses("/class_names", {"one"});
  refuses("/partitions/0/records", 11);
  refuses("/partitions/0/records_by_class", {5, 6});
  refuses("/partitions/0/records_by_class", {-1, 11});
  refuses("/partitions/0/records_by_class", {10});
  refuses("/partitions/0/file_bytes", {99});
  refuses("/partitions/0/file_bytes", Json::array());
  refuses("/partitions/0/file_sha256", {"0"});
  refuses("/partitions/0/chunks/0/file", 1);
  refuses("/partitions/0/chunks/0/file", -1);
  refuses("/partitions/0/chunks/0/records", 7);
  refuses("/partitions/0/chunks/1/offset", 61);
  refuses("/partitions/0/chunks/1/offset", -1);
  refuses("/partitions/0/chunks/1/first", 5);
  refuses("/partitions/0/chunks/1/hosts", "a");
  refuses("/partitions", {good["partitions"][0], good["partitions"][0]});
}

Index text_index() {
  Index index = small_index();
  index.element = ElementType::kInt32;
  index.shape = {2};  // records of 12 bytes
  index.mean = index.stddev = {};
  index.tokens = {.tokenizer = Tokenizer::kCharacters,
                  .lowercase = false,
                  .vocabulary = 40,
                  .file = "vocabulary.txt"};
  index.partitions[0].file_bytes = {200};
  index.partitions[0].chunks[1].offset_bytes = 72;
  return index;
}

Index table_index() {
  Index index = small_index();
  index.element = ElementType::kFloat32;
  index.shape = {2};
  index.columns = {{"a", {}}, {"b \"c\"", {"x", "y"}}};
  index.target = {.kind = TargetKind::kValues, .width = 1, .names = {"y"}};
  index.classes = 1;
  index.class_names = {};
  index.mean = {1, 0};
  index.stddev = {2, 1};
  index.partitions[0].records_by_class = {};
  index.partitions[0].file_bytes = {200};
  index.partitions[0].chunks[1].offset_bytes = 72;
  return index;
}

TEST(Index, of_texts_and_tables_comes_back_as_it_was) {
  Index tags = text_index(), translation = text_index(), model = text_index();
  tags.target = {.kind = TargetKind::kTokens, .width = 2};
  tags.partitions[0].records_by_class = {};
  tags.partitions[0].file_bytes = {400};
  translation = tags;
  translation.target.width = 5;
  translation.tokens.target_vocabulary = 30;
  translation.tokens.target_file = "target.txt";
  translation.classes = 1;
  translation.class_names = {};
  model = translation;
  model.target = {.kind = TargetKind::kNone, .width = 0};
  model.tokens.target_vocabulary = 0;
  model.tokens.target_file = "";
  for (const Index& index : {text_index(), table_index(), tags, translation, model}) {
    const auto back = Index::from_json(index.to_json());
    ASSERT_TRUE(back.is_ok()) << back.status().to_string() << index.to_json();
    EXPECT_EQ(back->to_json(), index.to_json());
    EXPECT_EQ(back->target, index.target);
    EXPECT_EQ(back->columns, index.columns);
    EXPECT_EQ(back->tokens, index.tokens);
  }
}

TEST(Index, refuses_targets_columns_and_tokens_that_do_not_go_together) {
  const auto refuses = [](const Index& good, const std::string& pointer, const Json& value) {
    Json bad = Json::parse(good.to_json());
    ASSERT_TRUE(parse(bad).is_ok()) << parse(bad).to_string();
    bad[Json::json_pointer(pointer)] = value;
    EXPECT_EQ(parse(bad).code(), Code::kCorrupt) << pointer << " = " << value;
  };
  const Json target = {{"kind", "values"}, {"width", 1}, {"names", Json::array()}};
  refuses(small_index(), "/target", target);
  refuses(small_index(), "/target", {{"kind", "class"}, {"width", 1}});
  refuses(small_index(), "/element", "int32");
  refuses(small_index(), "/columns", {{{"name", "a"}, {"categories", Json::array()}}});
  refuses(small_index(), "/tokens", Json::parse(text_index().to_json())["tokens"]);
  refuses(text_index(), "/tokens/vocabulary", 3);
  refuses(text_index(), "/tokens/vocabulary", int64_t{1} << 40);
  refuses(text_index(), "/tokens/tokenizer", "letters");
  refuses(text_index(), "/tokens/lowercase", 1);
  refuses(text_index(), "/tokens/file", "../vocabulary.txt");
  refuses(text_index(), "/tokens/file", "");
  refuses(text_index(), "/tokens/target_vocabulary", 9);
  refuses(text_index(), "/tokens/more", 1);
  refuses(text_index(), "/element", "float32");
  refuses(text_index(), "/shape", {2, 1});
  refuses(text_index(), "/mean", {1, 2});
  refuses(table_index(), "/columns/0/name", "b \"c\"");
  refuses(table_index(), "/columns/0/name", "");
  refuses(table_index(), "/columns/0/kind", "number");
  refuses(table_index(), "/columns/1/categories", {1});
  refuses(table_index(), "/target/width", 2);
  refuses(table_index(), "/target/width", 0);
  refuses(table_index(), "/target/kind", "class");
  refuses(table_index(), "/target/kind", "tokens");
  refuses(table_index(), "/classes", 2);
  refuses(table_index(), "/partitions/0/records_by_class", {10});
  refuses(table_index(), "/shape", {3});
}

TEST(Index, names_no_file_outside_its_folder) {
  for (const char* name : {"../secret", "/etc/passwd", "..", ".", "", "a/b", "hdfs:x", "a\nb"}) {
    Json json = Json::parse(small_index().to_json());
    json["partitions"][0]["files"][0] = name;
    EXPECT_EQ(parse(json).code(), Code::kCorrupt) << name;
  }
}

}  // namespace
}  // namespace howdah::dataset
