#include "model/pretrained.h"

#include <gmock/gmock.h>

#include <cstring>

namespace howdah::model {
namespace {

using testing::HasSubstr;
using Map = Pretrained::Map;

StoredTensor tensor(const std::string& name, Shape shape, const std::string& type = "F32") {
  return {.name = name, .type = type, .shape = std::move(shape), .begin = 0, .end = 0};
}

const std::vector<WeightSlot> kSlots = {
    {"0.weight", {8, 4}}, {"0.bias", {8}}, {"1.weight", {2, 8}}};

Pretrained weights() {
  return {.weights = "hdfs:///w.safetensors", .where = "job.yaml:7:5"};
}

TEST(Pretrained, renames_what_stars_stand_for) {
  EXPECT_EQ(rename("a.*.b", "x.*", "a.3.b"), "x.3");
  EXPECT_EQ(rename("backbone.*", "*", "backbone.0.weight"), "0.weight");
  EXPECT_EQ(rename("*.x.*", "*.*", "a.x.x.b"), "a.x.b");
  EXPECT_EQ(rename("a?c", "new", "abc"), "new");
  EXPECT_EQ(rename("a.*.b", "x.*", "a.3.c"), std::nullopt);
  EXPECT_EQ(rename("a", "b", "ab"), std::nullopt);
  EXPECT_EQ(rename("*", "*", ""), "");
}

TEST(Pretrained, pairs_names_that_are_the_same) {
  const auto taken =
      match_weights(weights(), kSlots,
                    {tensor("1.weight", {2, 8}), tensor("0.bias", {8}, "F16"),
                     tensor("0.weight", {8, 4}), tensor("5.num_batches_tracked", {}, "I64")});
  ASSERT_TRUE(taken.is_ok()) << taken.status().to_string();
  ASSERT_EQ(taken->size(), 3U);
  EXPECT_EQ((*taken)[0].stored, 2U);
  EXPECT_EQ((*taken)[2].stored, 0U);
}

TEST(Pretrained, follows_patterns_and_leaves_out_what_is_skipped) {
  Pretrained pretrained = weights();
  pretrained.map = Map::kPatterns;
  pretrained.patterns = {{"body.*", "*"}};
  pretrained.skip = {"head.*", "1.*"};
  const auto taken = match_weights(pretrained, kSlots,
                                   {tensor("body.0.weight", {8, 4}), tensor("body.0.bias", {8}),
                                    tensor("head.weight", {1000, 8})});
  ASSERT_TRUE(taken.is_ok()) << taken.status().to_string();
  EXPECT_EQ(taken->size(), 2U);
}

TEST(Pretrained, knows_torchvisions_names) {
  Pretrained pretrained = weights();
  pretrained.map = Map::kTorchvision;
  pretrained.zoo = ZooType::kResnet18;
  pretrained.skip = {"fc.*"};
  const auto taken = match_weights(
      pretrained,
      {{"0.weight", {64, 3, 7, 7}},
       {"4.layers.0.weight", {64, 64, 3, 3}},
       {"21.weight", {10, 512}},
       {"1.running_mean", {64}}},
      {tensor("conv1.weight", {64, 3, 7, 7}), tensor("bn1.running_mean", {64}),
       tensor("layer1.0.conv1.weight", {64, 64, 3, 3}), tensor("fc.weight", {1000, 512})});
  ASSERT_TRUE(taken.is_ok()) << taken.status().to_string();
  EXPECT_EQ(taken->size(), 3U);
}

TEST(Pretrained, names_the_tensor_whose_shape_is_another) {
  for (const bool strict : {true, false}) {
    Pretrained pretrained = weights();
    pretrained.strict = strict;
    const auto taken = match_weights(
        pretrained, kSlots,
        {tensor("0.weight", {8, 4}), tensor("0.bias", {8}), tensor("1.weight", {1000, 8})});
    EXPECT_EQ(taken.status().code(), Code::kInvalidArgument);
    EXPECT_THAT(taken.status().to_string(),
                HasSubstr("job.yaml:7:5: hdfs:///w.safetensors: its tensor '1.weight' is [1000, 8],"
                          " the network expects [2, 8] for '1.weight'"));
  }
}

TEST(Pretrained, is_strict_on_both_sides_unless_told_otherwise) {
  Pretrained pretrained = weights();
  const std::vector<StoredTensor> few{tensor("0.weight", {8, 4}), tensor("0.bias", {8})};
  std::vector<StoredTensor> many = few;
  many.push_back(tensor("1.weight", {2, 8}));
  many.push_back(tensor("9.weight", {1}));
  EXPECT_THAT(match_weights(pretrained, kSlots, few).status().message(),
              HasSubstr("it has no tensor '1.weight' of [2, 8]"));
  EXPECT_THAT(match_weights(pretrained, kSlots, many).status().message(),
              HasSubstr("the network has nothing called '9.weight'"));
  pretrained.strict = false;
  EXPECT_EQ(match_weights(pretrained, kSlots, few)->size(), 2U);
  EXPECT_EQ(match_weights(pretrained, kSlots, many)->size(), 3U);
  EXPECT_THAT(match_weights(pretrained, kSlots, {tensor("x", {1})}).status().message(),
              HasSubstr("nothing of it fits"));
}

TEST(Pretrained, refuses_elements_that_are_no_floats) {
  Pretrained pretrained = weights();
  pretrained.strict = false;
  EXPECT_EQ(match_weights(pretrained, kSlots, {tensor("0.bias", {8}, "I32")}).status().code(),
            Code::kUnsupported);
}

// ---- the header

std::string file_of(const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  std::string file(reinterpret_cast<const char*>(&length), sizeof length);
  return file + header + std::string(data_bytes, '\0');
}

Result<StoredFile> read(const std::string& file) {
  return read_safetensors_header(static_cast<int64_t>(file.size()),
                                 [&](int64_t offset, MutableBytes into) -> Status {
                                   if (static_cast<size_t>(offset) + into.size() > file.size())
                                     return Status(Code::kCorrupt, "beyond the end");
                                   std::memcpy(into.data(), file.data() + offset, into.size());
                                   return Status::ok();
                                 });
}

TEST(SafetensorsHeader, is_read_without_the_data) {
  const std::string header =
      R"({"b": {"dtype": "F16", "shape": [2, 3], "data_offsets": [8, 20]},)"
      R"( "a": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]}, "__metadata__": {"x": "y"}})";
  const auto stored = read(file_of(header, 20));
  ASSERT_TRUE(stored.is_ok()) << stored.status().to_string();
  EXPECT_EQ(stored->data_begin, static_cast<int64_t>(8 + header.size()));
  ASSERT_EQ(stored->tensors.size(), 2U);
  EXPECT_EQ(stored->tensors[0].name, "a");
  EXPECT_EQ(stored->tensors[1].shape, (Shape{2, 3}));
}

TEST(SafetensorsHeader, refuses_what_contradicts_itself) {
  EXPECT_EQ(read("short").status().code(), Code::kCorrupt);
  EXPECT_EQ(read(std::string(8, '\xff') + "{}").status().code(), Code::kCorrupt);
  EXPECT_EQ(read(file_of("[]", 0)).status().code(), Code::kCorrupt);
  for (const char* entry :
       {R"({"dtype": "F32", "shape": [2], "data_offsets": [0, 4]})",
        R"({"dtype": "F32", "shape": [2], "data_offsets": [4, 12]})",
        R"({"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]})",
        R"({"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 8]})",
        R"({"dtype": "F32", "shape": [4], "data_offsets": [0, 16]})", R"({"dtype": 3})", "7"})
    EXPECT_EQ(read(file_of(std::string(R"({"a": )") + entry + "}", 8)).status().code(),
              Code::kCorrupt)
        << entry;
  EXPECT_EQ(read(file_of(R"({"a": {"dtype": "F8", "shape": [8], "data_offsets": [0, 8]}})", 8))
                .status()
                .code(),
            Code::kUnsupported);
}

}  // namespace
}  // namespace howdah::model
