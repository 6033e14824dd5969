#include "transform/sentencepiece.h"

#include "text/sentencepiece_model.h"
#include "transform/normalize_testing.h"
#include "transform/vocabulary_lists.h"

namespace howdah::transform {
namespace {

using namespace testing_;
using prepare::SentencePiece;
using testing::HasSubstr;

SentencePiece rule_of(int64_t size = 60) {
  SentencePiece rule;
  rule.column = "text";
  rule.size = size;
  return rule;
}

Records texts(const std::string& json) {
  return records_from({{"text", column_from(arrow::utf8(), json)}});
}

Records corpus() {
  static const char* kWords[] = {"lower", "lowest", "newer", "newest", "wider", "widest", "low"};
  arrow::StringBuilder builder;
  for (size_t i = 0; i < 60; ++i) {
    if (i % 10 == 9) {
      EXPECT_TRUE(builder.AppendNull().ok());
      continue;
    }
    std::string text;
    for (size_t w = 0; w < 5; ++w) text += std::string(kWords[(i * 3 + w * w) % 7]) + " ";
    EXPECT_TRUE(builder.Append(text).ok());
  }
  return records_from({{"text", builder.Finish().ValueOrDie()}});
}

int32_t greatest_number(const Records& records) {
  const auto& lists = static_cast<const arrow::ListArray&>(*records.column("text"));
  const auto& numbers = static_cast<const arrow::Int32Array&>(*lists.values());
  int32_t greatest = 0;
  for (int64_t i = 0; i < numbers.length(); ++i) greatest = std::max(greatest, numbers.Value(i));
  return greatest;
}

TEST(SentencePiece, learns_pieces_and_numbers_them_with_0_for_padding_and_1_for_unknown) {
  for (const bool bpe : {false, true}) {
    SentencePiece rule = rule_of();
    rule.bpe = bpe;
    const auto step = step_of(rule);
    ASSERT_TRUE(learn(*step, corpus()).is_ok());
    const Records after = applied(*step, texts(R"(["low lower", null, "", "lowest 中"])"));
    const auto& lists = static_cast<const arrow::ListArray&>(*after.column("text"));
    EXPECT_TRUE(lists.type()->Equals(number_lists()));
    EXPECT_GT(lists.value_length(0), 0);
    EXPECT_LT(lists.value_length(0), 9);
    EXPECT_TRUE(lists.IsNull(1));
    EXPECT_EQ(lists.value_length(2), 0);
    const auto& numbers = static_cast<const arrow::Int32Array&>(*lists.values());
    EXPECT_EQ(numbers.Value(numbers.length() - 1), 1);
    EXPECT_LT(greatest_number(after), 60);
  }
}

TEST(SentencePiece, is_the_same_however_it_was_learnt) {
  expect_same_however_split(rule_of(), corpus());
}

TEST(SentencePiece, takes_a_trained_model_and_learns_nothing_then) {
  const auto trained = text::train_sentencepiece({"a new newer newest thing", "a low lower thing"},
                                                 {.size = 30, .bpe = false});
  ASSERT_TRUE(trained.is_ok()) << trained.status().to_string();
  SentencePiece rule = rule_of();
  rule.model = "hdfs:///models/m.model";
  const auto step = step_of(rule);
  ASSERT_TRUE(learn(*step, texts("[\"new\"]")).is_ok());
  EXPECT_EQ(step->collector(), nullptr);
  EXPECT_EQ(wanted_model(*step), "hdfs:///models/m.model");
  Records records = texts("[\"new\"]");
  Effects effects;
  EXPECT_EQ(step->apply(records, effects).code(), Code::kUnsupported);
  const Status refused = give_model(*step, "no model");
  EXPECT_EQ(refused.code(), Code::kInvalidArgument);
  EXPECT_THAT(refused.to_string(), HasSubstr("hdfs:///models/m.model is no model"));
  ASSERT_TRUE(give_model(*step, *trained).is_ok());
  EXPECT_EQ(wanted_model(*step), "");
  EXPECT_GT(greatest_number(applied(*step, records)), 1);
  // The state is enough afterwards.
  const auto restored = step_of(rule);
  ASSERT_TRUE(restored->restore(nlohmann::ordered_json::parse(state_of(*step))).is_ok());
  EXPECT_EQ(wanted_model(*restored), "");
}

TEST(SentencePiece, says_when_there_is_nothing_to_learn_from) {
  for (const char* json : {"[]", "[null]", R"(["", " ", "\n"])"}) {
    const Status status = learn(*step_of(rule_of()), texts(json));
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << json;
    EXPECT_THAT(status.to_string(), HasSubstr("prep.yaml:6:14")) << json;
  }
}

TEST(SentencePiece, learns_from_odd_texts_or_says_why_not) {
  for (const char* json : {R"(["a"])", R"(["\u0000\u0001"])", R"(["\ufffd \u2581\u2581"])",
                           R"(["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"])", R"(["中文字符 text"])",
                           R"(["\t\t a \t b"])", R"(["\u200b"])", R"(["<unk> <pad> <s>"])"}) {
    for (const bool bpe : {false, true}) {
      for (const int64_t size : {3, 8, 1000}) {
        SentencePiece rule = rule_of(size);
        rule.bpe = bpe;
        const auto step = step_of(rule);
        const Status status = learn(*step, texts(json));
        if (status.is_ok())
          applied(*step, texts(json));
        else
          EXPECT_EQ(status.code(), Code::kInvalidArgument) << json << status.to_string();
      }
    }
  }
}

TEST(SentencePiece, refuses_broken_state_and_specs) {
  for (const char* text : {"{}", R"({"model_base64":"!"})", R"({"model_base64":"YWJj"})"})
    EXPECT_EQ(step_of(rule_of())->restore(nlohmann::ordered_json::parse(text)).code(),
              Code::kCorrupt)
        << text;
  EXPECT_THAT(error_of(rule_of(2)), HasSubstr("size is 2"));
}

}  // namespace
}  // namespace howdah::transform
