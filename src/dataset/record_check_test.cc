#include "dataset/record_check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace howdah::dataset {
namespace {

template <typename T>
void append(std::vector<std::byte>& to, std::initializer_list<T> values) {
  for (const T value : values) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    to.insert(to.end(), bytes, bytes + sizeof value);
  }
}
using Ints = std::initializer_list<int32_t>;
using Floats = std::initializer_list<float>;

template <typename Feature, typename Label>
std::string fault(const Index& index, std::initializer_list<Feature> features,
                  std::initializer_list<Label> target) {
  std::vector<std::byte> record;
  append(record, features);
  append(record, target);
  EXPECT_EQ(static_cast<int64_t>(record.size()), index.record_bytes());
  const auto found = RecordCheck(index).fault(record);
  return found ? std::to_string(found->at) + ": " + found->what + ", " + found->expected : "";
}

Index texts() {
  Index index;
  index.element = ElementType::kInt32;
  index.shape = {3};
  index.classes = 2;
  index.tokens = {.vocabulary = 6, .file = "v"};
  return index;
}
Index table() {
  Index index;
  index.element = ElementType::kFloat32;
  index.shape = {2};
  index.columns = {{"a", {}}, {"b", {"x", "y"}}};
  index.target = {.kind = TargetKind::kValues, .width = 2};
  index.classes = 1;
  return index;
}

TEST(RecordCheck, finds_what_is_wrong_with_a_text) {
  const auto of = [](Ints tokens, Ints label) { return fault(texts(), tokens, label); };
  EXPECT_EQ(of({5, 1, 0}, {1}), "");
  EXPECT_EQ(of({5, 6, 0}, {1}), "4: a token of 6, 0 to 5 can be");
  EXPECT_EQ(of({5, 4, -1}, {1}), "8: a token of -1, 0 to 5 can be");
  EXPECT_EQ(of({5, 0, 4}, {1}), "8: a token of 4 behind padding, only padding can follow");
  EXPECT_EQ(of({0, 0, 0}, {1}), "0: padding, a first token is due");
  EXPECT_EQ(of({4, 4, 4}, {2}), "12: a label of 2, 0 to 1 can be");
  EXPECT_EQ(of({4, 4, 4}, {-1}), "12: a label of -1, 0 to 1 can be");
}

TEST(RecordCheck, finds_what_is_wrong_with_tags_and_translations) {
  Index index = texts();
  index.target = {.kind = TargetKind::kTokens, .width = 3};
  EXPECT_EQ(fault(index, Ints{4, 5, 0}, Ints{1, 1, 0}), "");
  EXPECT_EQ(fault(index, Ints{4, 5, 0}, Ints{1, 2, 0}), "16: a tag of 2, 0 to 1 can be");
  index.tokens.target_vocabulary = 9;
  EXPECT_EQ(fault(index, Ints{4, 5, 0}, Ints{2, 8, 3}), "");
  EXPECT_EQ(fault(index, Ints{4, 5, 0}, Ints{2, 9, 3}), "16: a token of 9, 0 to 8 can be");
  index.target = {.kind = TargetKind::kNone, .width = 0};
  EXPECT_EQ(fault(index, Ints{4, 5, 0}, Ints{}), "");
}

TEST(RecordCheck, finds_what_is_wrong_with_a_row) {
  const float nan = std::nanf(""), infinity = std::numeric_limits<float>::infinity();
  const auto of = [](Floats row, Floats target) { return fault(table(), row, target); };
  EXPECT_EQ(of({-1.5, 2}, {0, 1}), "");
  EXPECT_EQ(of({nan, 2}, {0, 1}), "0: nan, a finite number is due");
  EXPECT_EQ(of({1, 3}, {0, 1}), "4: a category's code of 3, 0 to 2 can be");
  EXPECT_EQ(of({1, 0.5}, {0, 1}), "4: a category's code of 0.5, 0 to 2 can be");
  EXPECT_EQ(of({1, -1}, {0, 1}), "4: a category's code of -1, 0 to 2 can be");
  EXPECT_EQ(of({1, 1}, {0, infinity}), "12: inf, a finite number is due");
}

}  // namespace
}  // namespace howdah::dataset
