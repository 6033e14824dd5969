
#include <cmath>
#include <limits>

#include "transform/normalize_testing.h"

namespace howdah::transform {
namespace {

using namespace testing_;
using prepare::Normalize;
using testing::HasSubstr;
using Method = Normalize::Method;

Normalize rule_of(Method method, prepare::Columns columns = {"x"}) {
  Normalize rule;
  rule.method = method;
  rule.columns = std::move(columns);
  return rule;
}

Records x_alone(const std::string& json) {
  return records_from({{"x", column_from(arrow::float64(), json)}});
}

// What the method makes of `to` after it learnt from `from`.
std::string made(Method method, const std::string& from, const std::string& to) {
  const auto step = step_of(rule_of(method));
  EXPECT_TRUE(learn(*step, x_alone(from)).is_ok());
  const Records records = applied(*step, x_alone(to));
  std::string text;
  const auto& column = static_cast<const arrow::DoubleArray&>(*records.column("x"));
  for (int64_t i = 0; i < column.length(); ++i) {
    text += text.empty() ? "" : " ";
    if (column.IsNull(i)) {
      text += "missing";
    } else {
      char digits[40];
      snprintf(digits, sizeof digits, "%.4g", column.Value(i));
      text += digits;
    }
  }
  return text;
}

constexpr const char* kSome = "[2, 4, null, 4, 4, 5, 5, 7, 9]";  // mean 5, sd 2, median 4.5

TEST(NormalizeNumbers, standard_is_mean_0_and_deviation_1) {
  EXPECT_EQ(made(Method::kStandard, kSome, "[5, 7, 1, null]"), "0 1 -2 missing");
}

TEST(NormalizeNumbers, minmax_takes_the_least_to_0_and_the_greatest_to_1) {
  EXPECT_EQ(made(Method::kMinMax, kSome, "[2, 9, 5.5, 16, null]"), "0 1 0.5 2 missing");
}

TEST(NormalizeNumbers, maxabs_divides_by_the_largest_magnitude) {
  EXPECT_EQ(made(Method::kMaxAbs, "[-4, null, 2]", "[-4, 2, 8, 0]"), "-1 0.5 2 0");
}

TEST(NormalizeNumbers, robust_uses_median_and_quartiles) {
  EXPECT_EQ(made(Method::kRobust, "[1, 2, 3, 4, 5]", "[3, 5, 1000, null]"), "0 1 498.5 missing");
}

TEST(NormalizeNumbers, log_keeps_the_sign) {
  EXPECT_EQ(made(Method::kLog, "[]", "[0, 1.718281828459045, -1.718281828459045, null]"),
            "0 1 -1 missing");
}

TEST(NormalizeNumbers, quantile_is_the_share_of_training_values_below) {
  EXPECT_EQ(made(Method::kQuantile, "[10, 20, 30, 40, null, 50]", "[10, 15, 50, 9, 51, null]"),
            "0 0.125 1 0 1 missing");
  // 20 is the quantiles of 1/4 to 3/4: their middle.
  EXPECT_EQ(made(Method::kQuantile, "[10, 20, 20, 20, 30]", "[20, 19, 25]"), "0.5 0.225 0.875");
}

TEST(NormalizeNumbers, constant_columns_are_not_scaled) {
  EXPECT_EQ(made(Method::kStandard, "[3, 3, null, 3]", "[3, 5]"), "0 2");
  EXPECT_EQ(made(Method::kStandard, "[0.1, 0.1, 0.1]", "[0.1]"), "0");
  EXPECT_EQ(made(Method::kMinMax, "[3, 3]", "[3, 5]"), "0 2");
  EXPECT_EQ(made(Method::kMaxAbs, "[0, 0]", "[0, 5]"), "0 5");
  EXPECT_EQ(made(Method::kRobust, "[3, 3, 3]", "[3, 5]"), "0 2");
  EXPECT_EQ(made(Method::kQuantile, "[3, 3]", "[2, 3, 5]"), "0 0 1");
}

TEST(NormalizeNumbers, columns_without_a_training_value_stay) {
  for (const Method method :
       {Method::kStandard, Method::kMinMax, Method::kMaxAbs, Method::kRobust, Method::kQuantile})
    EXPECT_EQ(made(method, "[null, null]", "[7, null]"), "7 missing");
}

TEST(NormalizeNumbers, nan_and_infinities_are_not_learnt_from_and_stay) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder.AppendValues({2, nan, infinity, 4, -infinity, 3}).ok());
  const Records records = records_from({{"x", builder.Finish().ValueOrDie()}});
  for (const Method method : {Method::kStandard, Method::kMinMax, Method::kMaxAbs, Method::kRobust,
                              Method::kLog, Method::kQuantile}) {
    const auto step = step_of(rule_of(method));
    ASSERT_TRUE(learn(*step, records).is_ok());
    const Records after = applied(*step, records);
    const auto& x = static_cast<const arrow::DoubleArray&>(*after.column("x"));
    EXPECT_TRUE(std::isnan(x.Value(1)));
    EXPECT_TRUE(std::isfinite(x.Value(0)));
    // A share is at most 1.
    EXPECT_EQ(x.Value(2), method == Method::kQuantile ? 1 : infinity);
    EXPECT_EQ(x.Value(4), method == Method::kQuantile ? 0 : -infinity);
  }
  const auto step = step_of(rule_of(Method::kMinMax));
  ASSERT_TRUE(learn(*step, records).is_ok());
  EXPECT_EQ(state_of(*step), R"({"columns":{"x":{"minimum":2.0,"maximum":4.0}}})");
}

TEST(NormalizeNumbers, are_the_same_bits_however_they_were_learnt) {
  const Records records = records_from(
      {{"x", column_from(arrow::float64(),
                         "[0.1, 1e16, null, -1e16, 0.3, 1e-300, 0.7, -0.0, 0.1, 12.7, null, 3]")},
       {"n", column_from(arrow::int64(), "[5, 3, 9, null, 2, 2, 2, 8, 9007199254740993, 1, 0, 4]")},
       {"f", column_from(arrow::float32(), "[1, 2, 3, 4, 5, 6, 7, 8, 9, null, 0.1, 0.2]")},
       {"small", column_from(arrow::uint8(), "[1, 2, 3, 4, 5, 6, 7, 8, 9, null, 255, 0]")}});
  for (const Method method : {Method::kStandard, Method::kMinMax, Method::kMaxAbs, Method::kRobust,
                              Method::kLog, Method::kQuantile})
    expect_same_however_split(rule_of(method, {}), records);
}

TEST(NormalizeNumbers, keep_their_figures_under_readable_names) {
  const auto step = step_of(rule_of(Method::kStandard));
  ASSERT_TRUE(learn(*step, x_alone(kSome)).is_ok());
  EXPECT_EQ(state_of(*step), R"({"columns":{"x":{"mean":5.0,"standard_deviation":2.0}}})");
}

TEST(NormalizeNumbers, become_doubles_in_their_place) {
  const auto step = step_of(rule_of(Method::kMinMax, {}));
  const auto schema =
      arrow::schema({arrow::field("a", arrow::int64()), arrow::field("t", arrow::utf8()),
                     arrow::field("b", arrow::float32()), arrow::field("d", arrow::date32())});
  EXPECT_EQ((*step->bind(schema))->ToString(), "a: double\nt: string\nb: double\nd: date32[day]");
  EXPECT_THAT(step->reads(), testing::ElementsAre("a", "b"));
  EXPECT_THAT(step->writes(), testing::ElementsAre("a", "b"));
  EXPECT_TRUE(step->learns_from_training_only());
}

TEST(NormalizeNumbers, count_what_they_change) {
  const auto step = step_of(rule_of(Method::kLog));
  ASSERT_TRUE(learn(*step, x_alone("[]")).is_ok());
  Effects effects;
  effects.effect.values_changed = 10;
  applied(*step, x_alone("[1, null, 3]"), &effects);
  EXPECT_EQ(effects.effect.values_changed, 12);
}

TEST(NormalizeNumbers, count_only_values_that_become_others_and_their_rows_once) {
  const Records records = records_from({{"x", column_from(arrow::int64(), "[0, null, 10, null]")},
                                        {"y", column_from(arrow::float64(), "[7, null, 5, 5]")}});
  for (const Method method : {Method::kMinMax, Method::kQuantile}) {
    const auto step = step_of(rule_of(method, {"x", "y"}));
    ASSERT_TRUE(learn(*step, records).is_ok());
    Effects effects;
    applied(*step, records, &effects);
    EXPECT_EQ(effects.effect.values_changed, 4);  // 0 is still 0
    EXPECT_EQ(effects.effect.rows_changed, 3);
  }
  Effects nans;
  applied(*step_of(rule_of(Method::kLog)),
          records_from({{"x", column_from(arrow::float64(), "[NaN, 0, null]")}}), &nans);
  EXPECT_EQ(nans.effect.values_changed, 0);
}

TEST(NormalizeNumbers, a_column_without_a_value_in_the_training_part_stays_and_is_told_of) {
  const Records training = records_from({{"x", column_from(arrow::int64(), "[null, null]")},
                                         {"y", column_from(arrow::int64(), "[1, 3]")}});
  const Records others = records_from({{"x", column_from(arrow::int64(), "[4, null]")},
                                       {"y", column_from(arrow::int64(), "[7, null]")}});
  for (const Method method :
       {Method::kStandard, Method::kMinMax, Method::kMaxAbs, Method::kRobust, Method::kQuantile}) {
    const auto step = step_of(rule_of(method, {"x", "y"}));
    ASSERT_TRUE(learn(*step, training).is_ok());
    const auto restored = step_of(rule_of(method, {"x", "y"}));
    ASSERT_TRUE(restored->bind(others.batch->schema()).is_ok());
    ASSERT_TRUE(restored->restore(nlohmann::ordered_json::parse(state_of(*step))).is_ok());
    for (const Step* one : {step.get(), restored.get()}) {
      Effects effects;
      const Records after = applied(*one, others, &effects);
      EXPECT_TRUE(after.column("x")->Equals(others.column("x")));
      EXPECT_EQ(after.column("y")->type()->ToString(), "double");
      EXPECT_EQ(effects.effect.values_changed, 1);
      EXPECT_EQ(effects.effect.rows_changed, 1);
      EXPECT_THAT(one->warnings(), testing::ElementsAre(HasSubstr("column \"x\" has no value")));
    }
    EXPECT_EQ((*step->bind(others.batch->schema()))->ToString(), "x: int64\ny: double");
  }
}

TEST(NormalizeNumbers, leave_alone_what_describes_images) {
  const auto schema = arrow::schema(
      {arrow::field("image", arrow::binary()), arrow::field("height", arrow::int32()),
       arrow::field("width", arrow::int32()), arrow::field("channels", arrow::int32()),
       arrow::field("label", arrow::int64())});
  const auto none = step_of(rule_of(Method::kStandard, {}))->bind(schema).status();
  EXPECT_EQ(none.code(), Code::kInvalidArgument);
  EXPECT_THAT(none.to_string(), HasSubstr("prep.yaml:6:14: there is nothing to normalize"));
  EXPECT_THAT(none.advice(), HasSubstr("the step `image`"));
  const auto brightness = schema->AddField(5, arrow::field("brightness", arrow::float64()));
  const auto step = step_of(rule_of(Method::kStandard, {}));
  ASSERT_TRUE(step->bind(*brightness).is_ok());
  EXPECT_THAT(step->writes(), testing::ElementsAre("brightness"));
  // Who names them wants them; and without an image they describe something else.
  EXPECT_TRUE(step_of(rule_of(Method::kStandard, {"height", "label"}))->bind(schema).is_ok());
  const auto people = step_of(rule_of(Method::kStandard, {}));
  ASSERT_TRUE(people->bind(*schema->RemoveField(0)).is_ok());
  EXPECT_THAT(people->writes(), testing::ElementsAre("height", "width", "channels", "label"));
}

TEST(NormalizeNumbers, name_the_column_that_is_not_there_or_holds_no_numbers) {
  const auto schema =
      arrow::schema({arrow::field("dep_delay", arrow::int64()), arrow::field("t", arrow::utf8())});
  const auto bound = [&](const std::string& column) {
    return step_of(rule_of(Method::kMinMax, {column}))->bind(schema).status();
  };
  EXPECT_EQ(bound("dep_dela").code(), Code::kInvalidArgument);
  EXPECT_THAT(bound("dep_dela").to_string(), HasSubstr("prep.yaml:6:14: "));
  EXPECT_THAT(bound("dep_dela").to_string(), HasSubstr("\"dep_delay\""));
  EXPECT_THAT(bound("t").to_string(), HasSubstr("numbers are due"));
}

TEST(NormalizeNumbers, refuse_a_spread_that_doubles_do_not_hold) {
  for (const Method method : {Method::kMinMax, Method::kQuantile}) {
    const Status status = learn(*step_of(rule_of(method)), x_alone("[-1.7e308, 1.7e308]"));
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_THAT(status.to_string(), HasSubstr("column \"x\" spreads beyond"));
  }
}

TEST(NormalizeNumbers, refuse_broken_figures) {
  for (const char* text : {R"({})", R"({"columns":{}})", R"({"columns":{"x":{"mean":1}}})",
                           R"([1])", R"({"columns":{"x":{"mean":1,"standard_deviation":-1}}})",
                           R"({"columns":{"x":{"mean":"1","standard_deviation":1}}})",
                           R"({"columns":{"x":{"mean":null,"standard_deviation":1}}})"}) {
    const auto step = step_of(rule_of(Method::kStandard));
    ASSERT_TRUE(step->bind(x_alone("[1]").batch->schema()).is_ok());
    EXPECT_EQ(step->restore(nlohmann::ordered_json::parse(text)).code(), Code::kCorrupt) << text;
  }
  for (const char* text :
       {R"({"columns":{"x":{"quantiles":[2,1]}}})", R"({"columns":{"x":{"quantiles":[null]}}})",
        R"({"columns":{"x":{}}})"}) {
    const auto step = step_of(rule_of(Method::kQuantile));
    EXPECT_EQ(step->restore(nlohmann::ordered_json::parse(text)).code(), Code::kCorrupt) << text;
  }
}

TEST(NormalizeNumbers, refuse_cut_off_collections) {
  const auto step = step_of(rule_of(Method::kMinMax));
  ASSERT_TRUE(step->bind(x_alone("[1]").batch->schema()).is_ok());
  statistics::ByteReader reader("abc");
  EXPECT_EQ(step->collector()->merge(reader).code(), Code::kCorrupt);
}

TEST(NormalizeNumbers, need_two_quantiles_at_least) {
  Normalize rule = rule_of(Method::kQuantile);
  rule.quantiles = 1;
  EXPECT_EQ(error_of(rule), "prep.yaml:6:14: quantiles is 1; 2 to 100000 are due");
}

}  // namespace
}  // namespace howdah::transform
