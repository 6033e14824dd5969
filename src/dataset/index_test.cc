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

TEST(Index, names_no_file_outside_its_folder) {
  for (const char* name : {"../secret", "/etc/passwd", "..", ".", "", "a/b", "hdfs:x", "a\nb"}) {
    Json json = Json::parse(small_index().to_json());
    json["partitions"][0]["files"][0] = name;
    EXPECT_EQ(parse(json).code(), Code::kCorrupt) << name;
  }
}

}  // namespace
}  // namespace howdah::dataset
