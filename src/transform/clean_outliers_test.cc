#include <cmath>

#include "transform/clean_sample.h"

namespace howdah::transform {
namespace {

using prepare::Outliers;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Method = Outliers::Method;
using Action = Outliers::Action;

Outliers rule(Method method, Action action, double factor = 3, std::optional<double> low = {},
              std::optional<double> high = {}) {
  return {method, action, {}, factor, low, high};
}

const auto kSchema = arrow::schema({arrow::field("x", arrow::float64())});

// 1 to 9 and three others.
Records sample() {
  return records_of(kSchema, R"([{"x": 1}, {"x": 2}, {"x": 3}, {"x": 4}, {"x": 5}, {"x": 6},
      {"x": 7}, {"x": 8}, {"x": 9}, {"x": null}, {"x": NaN}, {"x": 100.5}])");
}

TEST(Outliers, by_iqr_are_beyond_the_quartiles) {
  // q1 = 3.25, q3 = 7.75: [-3.5, 14.5]
  const auto outcome = run(rule(Method::kIqr, Action::kDrop, 1.5), sample());
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->state, R"({"columns":{"x":{"low":-3.5,"high":14.5}}})");
  EXPECT_THAT(outcome->reasons, ElementsAre("11: x = 100.5 is above 14.5"));
  EXPECT_THAT(outcome->kept, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
      << "missing values and NaN stay";
}

TEST(Outliers, by_mad_are_far_from_the_median) {
  // median 5.5, deviations 0.5 0.5 1.5 1.5 2.5 2.5 3.5 3.5 4.5 95: their median 2.5
  const auto outcome = run(rule(Method::kMad, Action::kDrop, 1), sample());
  const auto limits = nlohmann::json::parse(outcome->state)["columns"]["x"];
  EXPECT_DOUBLE_EQ(limits["low"].get<double>(), 5.5 - 1.4826 * 2.5);
  EXPECT_DOUBLE_EQ(limits["high"].get<double>(), 5.5 + 1.4826 * 2.5);
  EXPECT_THAT(outcome->reasons,
              ElementsAre("0: x = 1 is below 1.7935", "11: x = 100.5 is above 9.2065"));
}

TEST(Outliers, by_zscore_are_far_from_the_mean) {
  const auto outcome = run(rule(Method::kZScore, Action::kDrop, 2), sample());
  EXPECT_THAT(outcome->kept, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  const auto limits = nlohmann::json::parse(outcome->state)["columns"]["x"];
  EXPECT_NEAR(limits["high"].get<double>(), 72.05904276720314, 1e-12);
}

TEST(Outliers, by_zscore_are_none_where_all_values_are_equal) {
  const auto outcome = run(rule(Method::kZScore, Action::kDrop, 0.001),
                           records_of(kSchema, R"([{"x": 0.1}, {"x": 0.1}, {"x": 0.1}])"));
  EXPECT_EQ(outcome->state, R"({"columns":{"x":{"low":null,"high":null}}})");
  EXPECT_EQ(outcome->kept.size(), 3U);
}

TEST(Outliers, by_quantiles_are_beyond_shares) {
  const auto outcome = run(rule(Method::kQuantile, Action::kDrop, 3, 0.1, {}), sample());
  EXPECT_EQ(outcome->state, R"({"columns":{"x":{"low":1.9,"high":null}}})");
  EXPECT_THAT(outcome->reasons, ElementsAre("0: x = 1 is below 1.9"));
}

TEST(Outliers, by_range_need_no_learning_and_equal_limits_stay) {
  const auto outcome = run(rule(Method::kRange, Action::kDrop, 3, 2.0, 9.0), sample());
  EXPECT_EQ(outcome->state, "{}");
  EXPECT_THAT(outcome->kept, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST(Outliers, of_a_column_without_values_are_none) {
  for (const Method method : {Method::kZScore, Method::kIqr, Method::kMad}) {
    const auto outcome =
        run(rule(method, Action::kDrop), records_of(kSchema, R"([{"x": null}, {"x": NaN}])"));
    EXPECT_EQ(outcome->state, R"({"columns":{"x":{"low":null,"high":null}}})");
    EXPECT_EQ(outcome->kept.size(), 2U);
  }
}

TEST(Outliers, are_clipped_to_the_nearest_value_of_the_type) {
  const auto schema =
      arrow::schema({arrow::field("i", arrow::int64()), arrow::field("f", arrow::float32()),
                     arrow::field("u", arrow::uint8())});
  const Records records = records_of(schema, R"([{"i": -9, "f": 0.25, "u": 0},
      {"i": 2, "f": 0.5, "u": 7}, {"i": null, "f": null, "u": null}, {"i": 9, "f": 9.5, "u": 255}])");
  const auto outcome = run(rule(Method::kRange, Action::kClip, 3, 0.3, 7.7), records);
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->rows,
              ElementsAre(HasSubstr(R"({"i":1,)"), HasSubstr(R"({"i":2,)"),
                          HasSubstr(R"("i":null,"f":null,"u":null)"), HasSubstr(R"({"i":7,)")));
  EXPECT_EQ(outcome->effect.values_changed, 6);
  EXPECT_EQ(outcome->effect.rows_changed, 2);
  EXPECT_EQ(outcome->effect.rows_dropped, 0);
}

TEST(Outliers, clipped_floats_are_within_the_limits) {
  const auto schema = arrow::schema({arrow::field("f", arrow::float32())});
  auto step = *make(rule(Method::kRange, Action::kClip, 3, 0.3, 0.7),
                    prepare::StepSpec{rule(Method::kRange, Action::kClip), "s", "w"});
  ASSERT_TRUE(step->bind(schema).is_ok());
  Records records = records_of(schema, R"([{"f": 0.1}, {"f": 0.9}])");
  Effects effects;
  ASSERT_TRUE(step->apply(records, effects).is_ok());
  const auto& clipped = static_cast<const arrow::FloatArray&>(*records.batch->column(0));
  EXPECT_GE(static_cast<double>(clipped.Value(0)), 0.3);
  EXPECT_LE(static_cast<double>(clipped.Value(1)), 0.7);
  EXPECT_NEAR(clipped.Value(0), 0.3, 1e-6);
  const auto same = records.batch;
  ASSERT_TRUE(step->apply(records, effects).is_ok());
  EXPECT_EQ(records.batch, same) << "what is within is not copied";
}

TEST(Outliers, that_are_the_limit_of_their_type_already_do_not_change) {
  const auto schema = arrow::schema({arrow::field("u", arrow::uint8())});
  const Records records = records_of(schema, R"([{"u": 255}, {"u": 3}])");
  const auto outcome = run(rule(Method::kRange, Action::kClip, 3, 300, 400), records);
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->effect.values_changed, 1);
  EXPECT_EQ(outcome->effect.rows_changed, 1);
}

TEST(Outliers, clip_integers_at_the_ends_of_their_type) {
  const auto schema = arrow::schema({arrow::field("i", arrow::int64())});
  const Records records =
      records_of(schema, R"([{"i": 9223372036854775807}, {"i": -9223372036854775808}])");
  EXPECT_THAT(run(rule(Method::kRange, Action::kClip, 3, -1e300, 1e300), records)->rows,
              ElementsAre(R"({"i":9223372036854775807})", R"({"i":-9223372036854775808})"));
  EXPECT_THAT(run(rule(Method::kRange, Action::kClip, 3, 1e300, 1e301), records)->rows,
              ElementsAre(R"({"i":9223372036854775807})", R"({"i":9223372036854775807})"));
  EXPECT_THAT(run(rule(Method::kRange, Action::kClip, 3, {}, -1e300), records)->rows,
              ElementsAre(R"({"i":-9223372036854775808})", R"({"i":-9223372036854775808})"));
}

TEST(Outliers, infinities_are_beyond_limits_and_teach_nothing) {
  const Records records =
      records_of(kSchema, R"([{"x": 1}, {"x": 2}, {"x": 3}, {"x": Inf}, {"x": -Inf}])");
  for (const Method method : {Method::kZScore, Method::kIqr, Method::kMad})
    EXPECT_THAT(run(rule(method, Action::kDrop), records)->kept, ElementsAre(0, 1, 2));
}

TEST(Outliers, are_marked_in_a_column_beside) {
  const auto outcome = run(rule(Method::kRange, Action::kMark, 3, {}, 8.0), sample());
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->rows.size(), 12U);
  EXPECT_EQ(outcome->rows[7], R"({"x":8.0,"x_outlier":false})");
  EXPECT_EQ(outcome->rows[8], R"({"x":9.0,"x_outlier":true})");
  EXPECT_EQ(outcome->rows[9], R"({"x":null,"x_outlier":false})");
  EXPECT_EQ(outcome->effect.rows_marked, 2);
  EXPECT_EQ(outcome->effect.rows_dropped, 0);
  EXPECT_THAT(outcome->reasons, ElementsAre("8: x = 9 is above 8", "11: x = 100.5 is above 8"));
  const auto taken = arrow::schema({kSchema->field(0), arrow::field("x_outlier", arrow::int8())});
  EXPECT_THAT(run(rule(Method::kRange, Action::kMark, 3, {}, 8.0), records_of(taken, "[]"))
                  .status()
                  .to_string(),
              HasSubstr("there is a column \"x_outlier\" already"));
}

TEST(Outliers, refuse_limits_without_sense) {
  const Records records = sample();
  for (const Outliers& wrong :
       {rule(Method::kRange, Action::kDrop), rule(Method::kQuantile, Action::kDrop, 3, -0.1),
        rule(Method::kQuantile, Action::kDrop, 3, {}, 1.5),
        rule(Method::kRange, Action::kDrop, 3, 5.0, 4.0), rule(Method::kIqr, Action::kDrop, 0),
        rule(Method::kIqr, Action::kDrop, NAN)})
    EXPECT_EQ(run(wrong, records).status().code(), Code::kInvalidArgument);
}

TEST(Outliers, refuse_a_state_that_is_none) {
  auto step = *make(rule(Method::kIqr, Action::kDrop), prepare::StepSpec{{}, "s", "w"});
  for (const char* state : {"{}", "[]", R"({"columns":[]})", R"({"columns":{"x":1}})",
                            R"({"columns":{"x":{"low":"a","high":1}}})"})
    EXPECT_EQ(step->restore(nlohmann::ordered_json::parse(state)).code(), Code::kCorrupt) << state;
}

}  // namespace
}  // namespace howdah::transform
