
#include "transform/normalize_testing.h"
#include "transform/vocabulary_lists.h"
#include "transform/vocabulary_tokens.h"

namespace howdah::transform {
namespace {

using namespace testing_;
using prepare::Vocabulary;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> tokens_of(const std::string& text, bool characters, bool lower) {
  std::vector<std::string> tokens;
  std::string scratch;
  Tokens(characters, lower).each(text, scratch, [&](std::string_view token) {
    tokens.emplace_back(token);
  });
  return tokens;
}

TEST(Tokens, are_runs_of_letters_marks_and_digits_in_small_letters) {
  EXPECT_THAT(tokens_of("  Don't PANIC: 42 towels!", false, true),
              ElementsAre("don", "t", "panic", "42", "towels"));
  EXPECT_THAT(tokens_of("ÄRGER—Straße ΣΊΣΥΦΟΣ, Москва", false, true),
              ElementsAre("ärger", "straße", "σίσυφοσ", "москва"));
  EXPECT_THAT(tokens_of("Ab Cd", false, false), ElementsAre("Ab", "Cd"));
  // A letter and a combining mark.
  EXPECT_THAT(tokens_of("cafe\u0301 x", false, true), ElementsAre("cafe\u0301", "x"));
  EXPECT_THAT(tokens_of("", false, true), ElementsAre());
  EXPECT_THAT(tokens_of(" \n…", false, true), ElementsAre());
}

TEST(Tokens, of_characters_are_code_points) {
  EXPECT_THAT(tokens_of("Aß 中", true, true), ElementsAre("a", "ß", " ", "中"));
  EXPECT_THAT(tokens_of("Ab", true, false), ElementsAre("A", "b"));
}

TEST(Tokens, survive_what_is_no_utf_8) {
  EXPECT_THAT(tokens_of("ab\xff"
                        "cd\xc3",
                        false, true),
              ElementsAre("ab", "cd"));
  EXPECT_THAT(tokens_of("a\xff\xc3", true, true), ElementsAre("a", "\uFFFD", "\uFFFD"));
}

Vocabulary rule_of(int64_t size = 100, int64_t length = 0) {
  Vocabulary rule;
  rule.column = "text";
  rule.size = size;
  rule.length = length;
  return rule;
}

Records texts(const std::string& json) {
  return records_from({{"text", column_from(arrow::utf8(), json)}});
}

constexpr const char* kSome = R"(["The cat", "the dog", null, "A cat, the cat", ""])";

TEST(Vocabulary, numbers_words_from_2_the_most_frequent_first) {
  const auto step = step_of(rule_of());
  ASSERT_TRUE(learn(*step, texts(kSome)).is_ok());
  EXPECT_EQ(state_of(*step), R"({"column":"text","words":["cat","the","a","dog"]})");
  const Records after = applied(*step, texts(R"(["the cat the BIRD", null, "", "dog a"])"));
  EXPECT_TRUE(after.column("text")->Equals(
      column_from(number_lists(), "[[3, 2, 3, 1], null, [], [5, 4]]")));
  EXPECT_EQ((*step->bind(texts("[]").batch->schema()))->ToString(), "text: list<item: int32>");
}

TEST(Vocabulary, cuts_and_pads_to_a_length) {
  const auto step = step_of(rule_of(100, 3));
  ASSERT_TRUE(learn(*step, texts(kSome)).is_ok());
  const Records after = applied(*step, texts(R"(["the cat the bird", null, "", "dog"])"));
  EXPECT_TRUE(after.column("text")->Equals(
      column_from(number_lists(), "[[3, 2, 3], null, [0, 0, 0], [5, 0, 0]]")));
}

TEST(Vocabulary, keeps_its_size_with_padding_and_unknown_and_leaves_out_rare_words) {
  const auto step = step_of(rule_of(3));
  ASSERT_TRUE(learn(*step, texts(kSome)).is_ok());
  EXPECT_EQ(state_of(*step), R"({"column":"text","words":["cat"]})");
  Vocabulary rule = rule_of();
  rule.min_count = 2;
  const auto frequent = step_of(rule);
  ASSERT_TRUE(learn(*frequent, texts(kSome)).is_ok());
  EXPECT_EQ(state_of(*frequent), R"({"column":"text","words":["cat","the"]})");
}

TEST(Vocabulary, is_the_same_however_it_was_learnt) {
  expect_same_however_split(rule_of(), texts(kSome));
  expect_same_however_split(rule_of(4, 2), texts(kSome));
  Vocabulary rule = rule_of();
  rule.characters = true;
  expect_same_however_split(rule, texts(kSome));
}

TEST(Vocabulary, does_not_learn_words_beyond_all_measure) {
  const auto step = step_of(rule_of());
  ASSERT_TRUE(learn(*step, texts("[\"" + std::string(300, 'a') + " b\"]")).is_ok());
  EXPECT_EQ(state_of(*step), R"({"column":"text","words":["b"]})");
}

TEST(Vocabulary, refuses_broken_state_and_specs) {
  for (const char* text : {"{}", R"({"words":[1]})", R"({"words":{}})"})
    EXPECT_EQ(step_of(rule_of())->restore(nlohmann::ordered_json::parse(text)).code(),
              Code::kCorrupt);
  EXPECT_THAT(error_of(rule_of(2)), HasSubstr("size is 2; 3 to 5000000 are due"));
  EXPECT_THAT(error_of(rule_of(100, -1)), HasSubstr("length is -1"));
  EXPECT_THAT(step_of(rule_of())
                  ->bind(arrow::schema({arrow::field("text", arrow::int64())}))
                  .status()
                  .to_string(),
              HasSubstr("texts are due"));
}

}  // namespace
}  // namespace howdah::transform
