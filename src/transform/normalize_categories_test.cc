#include "transform/normalize_categories.h"

#include "transform/normalize_testing.h"

namespace howdah::transform {
namespace {

using namespace testing_;
using prepare::Normalize;
using testing::ElementsAre;
using testing::HasSubstr;
using Method = Normalize::Method;

Normalize rule_of(Method method, prepare::Columns columns = {"carrier"}) {
  Normalize rule;
  rule.method = method;
  rule.columns = std::move(columns);
  return rule;
}

Records carriers(const std::string& json) {
  return records_from({{"carrier", column_from(arrow::utf8(), json)}});
}

constexpr const char* kSome = R"(["UA", "B6", null, "B6", "AA", "UA", "B6", "DL", "AA"])";

TEST(Index, counts_from_1_the_most_frequent_first_and_0_is_unknown) {
  const auto step = step_of(rule_of(Method::kIndex));
  ASSERT_TRUE(learn(*step, carriers(kSome)).is_ok());
  EXPECT_EQ(state_of(*step), R"({"columns":{"carrier":{"categories":["B6","AA","UA","DL"]}}})");
  const Records after = applied(*step, carriers(R"(["DL", "B6", null, "ZZ", "", "UA"])"));
  EXPECT_TRUE(after.column("carrier")->Equals(column_from(arrow::int64(), "[4, 1, 0, 0, 0, 3]")));
}

TEST(Categories, count_only_values_that_are_there) {
  const Records records = carriers(kSome);
  for (const Method method : {Method::kIndex, Method::kOneHot, Method::kHash}) {
    const auto step = step_of(rule_of(method));
    ASSERT_TRUE(learn(*step, records).is_ok());
    Effects effects;
    applied(*step, records, &effects);
    EXPECT_EQ(effects.effect.values_changed, 8);
    EXPECT_EQ(effects.effect.rows_changed, 8);
  }
}

TEST(Categories, a_column_without_a_value_in_the_training_part_stays_and_is_told_of) {
  for (const Method method : {Method::kIndex, Method::kOneHot}) {
    const auto step = step_of(rule_of(method));
    ASSERT_TRUE(learn(*step, carriers("[null, null]")).is_ok());
    const auto restored = step_of(rule_of(method));
    const Records others = carriers(kSome);
    ASSERT_TRUE(restored->bind(others.batch->schema()).is_ok());
    ASSERT_TRUE(restored->restore(nlohmann::ordered_json::parse(state_of(*step))).is_ok());
    for (Step* one : {step.get(), restored.get()}) {
      Effects effects;
      EXPECT_TRUE(applied(*one, others, &effects).batch->Equals(*others.batch));
      EXPECT_EQ(effects.effect.rows_changed, 0);
      EXPECT_EQ(effects.effect.values_changed, 0);
      EXPECT_THAT(one->warnings(), ElementsAre(HasSubstr("\"carrier\" has no value")));
      EXPECT_TRUE((*one->bind(others.batch->schema()))->Equals(*others.batch->schema()));
    }
  }
}

TEST(Index, leaves_out_rare_ones_and_those_beyond_the_most_frequent) {
  Normalize rule = rule_of(Method::kIndex);
  rule.min_count = 2;
  const auto step = step_of(rule);
  ASSERT_TRUE(learn(*step, carriers(kSome)).is_ok());
  EXPECT_EQ(state_of(*step), R"({"columns":{"carrier":{"categories":["B6","AA","UA"]}}})");
  rule.max_categories = 1;
  const auto fewer = step_of(rule);
  ASSERT_TRUE(learn(*fewer, carriers(kSome)).is_ok());
  EXPECT_EQ(state_of(*fewer), R"({"columns":{"carrier":{"categories":["B6"]}}})");
}

TEST(Index, takes_integers_bool_and_dates) {
  const Records records = records_from(
      {{"month", column_from(arrow::int64(), "[1, 12, 12, null]")},
       {"far", column_from(arrow::int64(), "[-9223372036854775808, 9223372036854775807, 5, 5]")},
       {"late", column_from(arrow::boolean(), "[true, false, true, null]")},
       {"day", column_from(arrow::date32(), "[15706, 0, null, 0]")},
       {"wide", column_from(arrow::uint64(), "[18446744073709551615, 1, 1, 0]")}});
  const auto step = step_of(rule_of(Method::kIndex, {"month", "far", "late", "day", "wide"}));
  ASSERT_TRUE(learn(*step, records).is_ok());
  EXPECT_EQ(state_of(*step),
            R"({"columns":{"month":{"categories":["12","1"]},)"
            R"("far":{"categories":["5","-9223372036854775808","9223372036854775807"]},)"
            R"("late":{"categories":["true","false"]},)"
            R"("day":{"categories":["1970-01-01","2013-01-01"]},)"
            R"("wide":{"categories":["1","0","18446744073709551615"]}}})");
  const Records after = applied(*step, records);
  const auto indices = [](const char* json) { return column_from(arrow::int64(), json); };
  EXPECT_TRUE(after.column("month")->Equals(indices("[2, 1, 1, 0]")));
  EXPECT_TRUE(after.column("far")->Equals(indices("[2, 3, 1, 1]")));
  EXPECT_TRUE(after.column("late")->Equals(indices("[1, 2, 1, 0]")));
  EXPECT_TRUE(after.column("day")->Equals(indices("[2, 1, 0, 1]")));
  EXPECT_TRUE(after.column("wide")->Equals(indices("[3, 1, 1, 2]")));
}

TEST(OneHot, has_a_column_for_each_category_and_one_for_unknown_in_the_columns_place) {
  const auto step = step_of(rule_of(Method::kOneHot));
  const auto with_more = [](const char* json) {
    const auto carrier = column_from(arrow::utf8(), json);
    return records_from({{"first", carrier}, {"carrier", carrier}, {"last", carrier}});
  };
  const Records records = with_more(R"(["UA", "B6", "B6", null])");
  EXPECT_EQ((*step->bind(records.batch->schema()))->ToString(), "first: string\nlast: string");
  ASSERT_TRUE(learn(*step, records).is_ok());
  const auto schema = *step->bind(records.batch->schema());
  EXPECT_EQ(schema->ToString(),
            "first: string\ncarrier=B6: uint8\ncarrier=UA: uint8\ncarrier=<unknown>: uint8\n"
            "last: string");
  EXPECT_THAT(step->reads(), ElementsAre("carrier"));
  EXPECT_THAT(step->writes(),
              ElementsAre("carrier", "carrier=B6", "carrier=UA", "carrier=<unknown>"));
  const Records after = applied(*step, with_more(R"(["B6", "ZZ", null, "<unknown>"])"));
  EXPECT_TRUE(after.batch->schema()->Equals(*schema));
  const auto flags = [](const char* json) { return column_from(arrow::uint8(), json); };
  EXPECT_TRUE(after.column("carrier=B6")->Equals(flags("[1, 0, 0, 0]")));
  EXPECT_TRUE(after.column("carrier=UA")->Equals(flags("[0, 0, 0, 0]")));
  EXPECT_TRUE(after.column("carrier=<unknown>")->Equals(flags("[0, 1, 1, 1]")));
}

TEST(OneHot, refuses_a_name_that_is_there_already) {
  const auto step = step_of(rule_of(Method::kOneHot));
  const auto text = column_from(arrow::utf8(), R"(["UA"])");
  const Records records = records_from({{"carrier", text}, {"carrier=UA", text}});
  ASSERT_TRUE(learn(*step, records).is_ok());
  EXPECT_THAT(step->bind(records.batch->schema()).status().to_string(),
              HasSubstr("two columns would be named \"carrier=UA\""));
}

TEST(Hash, is_published_and_the_same_text_gives_the_same_bucket_in_every_type) {
  Normalize rule = rule_of(Method::kHash, {"text", "number"});
  rule.buckets = 1000;
  const auto step = step_of(rule);
  const Records records = records_from({{"text", column_from(arrow::utf8(), R"(["7", "", null])")},
                                        {"number", column_from(arrow::int64(), "[7, 8, null]")}});
  EXPECT_EQ(step->collector(), nullptr);
  ASSERT_TRUE(learn(*step, records).is_ok());
  const Records after = applied(*step, records);
  const auto& text = static_cast<const arrow::Int64Array&>(*after.column("text"));
  const auto& number = static_cast<const arrow::Int64Array&>(*after.column("number"));
  EXPECT_EQ(text.Value(0), number.Value(0));
  EXPECT_EQ(text.Value(0), static_cast<int64_t>(statistics::hash64("7") % 1000));
  // XXH3 of no bytes is 0x2d06800538d394c2.
  EXPECT_EQ(text.Value(1), static_cast<int64_t>(0x2d06800538d394c2 % 1000));
  EXPECT_TRUE(text.IsNull(2));
  EXPECT_TRUE(number.IsNull(2));
}

TEST(Categories, are_the_same_bits_however_they_were_learnt) {
  const Records records = records_from(
      {{"carrier", column_from(arrow::utf8(), kSome)},
       {"flight",
        column_from(arrow::large_utf8(), R"(["a", "b", "a", "c", null, "ü", "ü", "b", "d"])")},
       {"late",
        column_from(arrow::boolean(), "[true, false, null, true, true, true, false, true, null]")},
       {"month", column_from(arrow::int32(), "[1, 2, 3, 1, 2, 3, 1000000, null, -4]")}});
  for (const Method method : {Method::kOneHot, Method::kIndex, Method::kHash}) {
    expect_same_however_split(rule_of(method, {"carrier", "month", "flight"}), records);
    expect_same_however_split(rule_of(method, {}), records);
  }
}

TEST(Categories, are_texts_and_bool_where_no_column_is_named) {
  const auto step = step_of(rule_of(Method::kIndex, {}));
  ASSERT_TRUE(
      step->bind(arrow::schema({arrow::field("t", arrow::utf8()), arrow::field("n", arrow::int64()),
                                arrow::field("b", arrow::boolean()),
                                arrow::field("x", arrow::float64())}))
          .is_ok());
  EXPECT_THAT(step->reads(), ElementsAre("t", "b"));
}

TEST(Categories, of_more_than_a_hundred_thousand_are_refused_with_what_to_do) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i <= kMaxCategories; ++i) ASSERT_TRUE(builder.Append(i * 1'000'000).ok());
  const Records records = records_from({{"flight", builder.Finish().ValueOrDie()}});
  Normalize rule = rule_of(Method::kIndex, {"flight"});
  const Status status = learn(*step_of(rule), records, 30'000, 3);
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status.to_string(),
            "prep.yaml:6:14: column \"flight\" has more than 100000 different values; set "
            "max_categories to keep the most frequent, or use method hash");
  rule.max_categories = 10;
  EXPECT_TRUE(learn(*step_of(rule), records, 30'000, 3).is_ok());
}

TEST(Categories, are_no_long_texts) {
  const std::string longest(kMaxCategoryBytes, 'a');
  EXPECT_TRUE(learn(*step_of(rule_of(Method::kIndex)), carriers("[\"" + longest + "\"]")).is_ok());
  const Status status =
      learn(*step_of(rule_of(Method::kIndex)), carriers("[\"a" + longest + "\"]"));
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(status.to_string(), HasSubstr("longer than 256 bytes"));
}

TEST(Categories, that_are_no_unicode_are_unknown) {
  arrow::StringBuilder builder;
  ASSERT_TRUE(builder.Append("\xff").ok());
  ASSERT_TRUE(builder.Append("ok").ok());
  const auto step = step_of(rule_of(Method::kIndex));
  ASSERT_TRUE(learn(*step, records_from({{"carrier", builder.Finish().ValueOrDie()}})).is_ok());
  EXPECT_EQ(state_of(*step), R"({"columns":{"carrier":{"categories":["ok"]}}})");
}

TEST(Categories, refuse_broken_state_and_specs) {
  for (const char* text :
       {"{}", R"({"columns":{"carrier":{}}})", R"({"columns":{"carrier":{"categories":[1]}}})"})
    EXPECT_EQ(step_of(rule_of(Method::kIndex))->restore(nlohmann::ordered_json::parse(text)).code(),
              Code::kCorrupt);
  Normalize rule = rule_of(Method::kOneHot);
  rule.max_categories = 10'001;
  EXPECT_THAT(error_of(rule), HasSubstr("max_categories is 10001"));
  rule = rule_of(Method::kHash);
  rule.buckets = 0;
  EXPECT_THAT(error_of(rule), HasSubstr("buckets is 0"));
  rule = rule_of(Method::kIndex);
  rule.min_count = 0;
  EXPECT_THAT(error_of(rule), HasSubstr("min_count is 0"));
}

}  // namespace
}  // namespace howdah::transform
