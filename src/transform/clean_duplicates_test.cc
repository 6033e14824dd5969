#include "transform/clean_sample.h"

namespace howdah::transform {
namespace {

using prepare::DropDuplicates;
using prepare::DropNearDuplicates;
using prepare::LabelNoise;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const auto kSchema =
    arrow::schema({arrow::field("k", arrow::int64()), arrow::field("s", arrow::utf8())});

Records sample() {
  return records_of(kSchema, R"([{"k": 1, "s": "a"}, {"k": 2, "s": "a"}, {"k": 1, "s": "a"},
      {"k": 1, "s": null}, {"k": 1, "s": ""}, {"k": 1, "s": null}, {"k": 2, "s": "b"}])");
}

TEST(DropDuplicates, keeps_the_first_of_equal_records) {
  const auto outcome = run(DropDuplicates{}, sample());
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->kept, ElementsAre(0, 1, 3, 4, 6)) << "missing is not empty";
  EXPECT_THAT(outcome->reasons,
              ElementsAre("2: the same as an earlier record", "5: the same as an earlier record"));
}

TEST(DropDuplicates, compares_the_keys_alone) {
  const auto outcome = run(DropDuplicates{{"k"}}, sample());
  EXPECT_THAT(outcome->kept, ElementsAre(0, 1));
  EXPECT_EQ(outcome->reasons[0], "2: the same as an earlier record in (k)");
  EXPECT_THAT(run(DropDuplicates{{"s", "k"}}, sample())->kept, ElementsAre(0, 1, 3, 4, 6));
  EXPECT_THAT(run(DropDuplicates{{"kk"}}, sample()).status().to_string(),
              HasSubstr("did you mean \"k\""));
}

TEST(DropDuplicates, tells_the_first_by_file_and_place) {
  const DropDuplicates rule;
  auto step = *make(rule, prepare::StepSpec{rule, "s", "w"});
  const char* rows = R"([{"k": 1, "s": "a"}])";
  std::vector<Records> pieces = {records_of(kSchema, rows, {1, 0}),
                                 records_of(kSchema, rows, {0, 9}),
                                 records_of(kSchema, rows, {0, 10})};
  Outcome outcome;
  outcome.schema = *step->bind(kSchema);
  ASSERT_TRUE(apply_all(*step, pieces, outcome).is_ok());
  EXPECT_EQ(pieces[0].size(), 0);
  EXPECT_EQ(pieces[1].size(), 1);
  EXPECT_EQ(pieces[2].size(), 0);
}

TEST(LabelNoise, believes_the_majority) {
  const auto schema =
      arrow::schema({arrow::field("x", arrow::float64()), arrow::field("y", arrow::utf8()),
                     arrow::field("label", arrow::utf8())});
  const Records records = records_of(schema, R"([
      {"x": 1, "y": "a", "label": "cat"}, {"x": 1, "y": "a", "label": "dog"},
      {"x": 1, "y": "a", "label": "cat"}, {"x": 1, "y": "a", "label": null},
      {"x": 2, "y": "a", "label": "cat"}, {"x": 2, "y": "a", "label": "dog"},
      {"x": 3, "y": "a", "label": "cat"}, {"x": 3, "y": "a", "label": "cat"},
      {"x": 4, "y": "a", "label": "dog"}])");
  const auto outcome = run(LabelNoise{"label", true}, records);
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->kept, ElementsAre(0, 2, 3, 6, 7, 8)) << "of 2: neither has a majority";
  EXPECT_EQ(outcome->effect.rows_dropped, 3);
  EXPECT_EQ(outcome->reasons[0], "1: equal records bear other labels in \"label\"");
  const auto counted = run(LabelNoise{"label", false}, records);
  EXPECT_EQ(counted->kept.size(), 9U);
  EXPECT_EQ(counted->effect.rows_dropped, 0);
  EXPECT_EQ(counted->effect.rows_marked, 3);
  EXPECT_EQ(counted->reasons, outcome->reasons);
  EXPECT_THAT(run(LabelNoise{"lable", true}, records).status().to_string(),
              HasSubstr("did you mean \"label\""));
}

const char* kFox = "the quick brown fox jumps over the lazy dog near the bank of the river today";

Records texts(const std::vector<std::string>& all) {
  nlohmann::json rows = nlohmann::json::array();
  for (const std::string& text : all)
    rows.push_back({{"k", 1}, {"s", text == "?" ? nlohmann::json() : nlohmann::json(text)}});
  return records_of(kSchema, rows.dump());
}

TEST(DropNearDuplicates, drops_what_is_nearly_an_earlier_text) {
  const std::string fox = kFox;
  const auto outcome = run(DropNearDuplicates{"s", 0.7},
                           texts({fox, "something else entirely is written here about the weather",
                                  "  " + fox + "\n", fox + " indeed", fox.substr(0, 30)}));
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->kept, ElementsAre(0, 1, 4));
  EXPECT_EQ(outcome->reasons[0], "2: \"s\" is at least 0.7 similar to an earlier record's");
}

TEST(DropNearDuplicates, leaves_texts_without_words_and_short_ones_apart) {
  const auto outcome =
      run(DropNearDuplicates{"s"}, texts({"", " ", "", "?", "?", "one", "one two", "one", "two"}));
  EXPECT_THAT(outcome->kept, ElementsAre(0, 1, 2, 3, 4, 5, 6, 8)) << "\"one\" twice";
}

TEST(DropNearDuplicates, takes_characters_for_shingles) {
  DropNearDuplicates rule{"s", 0.6};
  rule.shingle_words = 0;
  rule.shingle_characters = 3;
  const auto outcome =
      run(rule, texts({"日本語の文章はここにあります。とても長い文章です。",
                       "日本語の文章はここにあります。とても長い文章だ。", "全く別の文"}));
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->kept, ElementsAre(0, 2));
}

TEST(DropNearDuplicates, refuses_settings_without_sense) {
  for (const DropNearDuplicates& wrong :
       {DropNearDuplicates{"s", 0}, DropNearDuplicates{"s", 1.1},
        DropNearDuplicates{"s", 0.8, 3, 5, 8}, DropNearDuplicates{"s", 0.8, 0, 0},
        DropNearDuplicates{"s", 0.8, -1}})
    EXPECT_EQ(run(wrong, sample()).status().code(), Code::kInvalidArgument);
  EXPECT_THAT(run(DropNearDuplicates{"k"}, sample()).status().to_string(),
              HasSubstr("\"k\" is int64 where texts are due"));
}

TEST(DropNearDuplicates, survives_payloads_that_others_sent) {
  const DropNearDuplicates rule{"s"};
  auto step = *make(rule, prepare::StepSpec{rule, "s", "w"});
  const std::vector<GroupEntry> group = {
      {{}, {}, 0, ""}, {{}, {}, 1, "x"}, {{}, {}, 2, "abcd"}, {{}, {}, 3, "abcx"}, {{}, {}, 4, ""}};
  std::vector<uint8_t> drop(group.size());
  step->grouping()->judge(group, drop);
  EXPECT_THAT(drop, ElementsAre(0, 0, 0, 0, 1));
}

}  // namespace
}  // namespace howdah::transform
