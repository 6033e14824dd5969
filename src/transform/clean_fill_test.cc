#include <cmath>

#include "transform/clean_fill_collectors.h"
#include "transform/clean_sample.h"

namespace howdah::transform {
namespace {

using prepare::FillMissing;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using Method = FillMissing::Method;

FillMissing filling(Method method, const prepare::Columns& columns = {},
                    const std::string& value = "", const std::string& by = "") {
  return {method, columns, value, by};
}

const auto kSchema =
    arrow::schema({arrow::field("i", arrow::int64()), arrow::field("f", arrow::float64()),
                   arrow::field("s", arrow::utf8()), arrow::field("b", arrow::boolean()),
                   arrow::field("d", arrow::date32())});

Records sample() {
  return records_of(kSchema, R"([
      {"i": 1, "f": 0.5, "s": "x", "b": true, "d": 15706},
      {"i": 2, "f": 1.5, "s": "y", "b": false, "d": null},
      {"i": null, "f": NaN, "s": null, "b": null, "d": 15707},
      {"i": 2, "f": null, "s": "y", "b": true, "d": 15707},
      {"i": 5, "f": 4.0, "s": "z", "b": null, "d": null}])");
}

TEST(FillMissing, takes_a_constant_as_the_columns_type) {
  const auto outcome = run(filling(Method::kConstant, {"i", "f", "s"}, "7"), sample());
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->rows[2], HasSubstr(R"("i":7,"f":7.0,"s":"7","b":null)"));
  EXPECT_THAT(outcome->rows[3], HasSubstr(R"("i":2,"f":7.0,"s":"y")"));
  EXPECT_EQ(outcome->effect.values_changed, 4);
  EXPECT_EQ(outcome->effect.rows_changed, 2);
  EXPECT_EQ(outcome->state, "{}");
  const auto dates = run(filling(Method::kConstant, {"d"}, "2000-02-29"), sample());
  EXPECT_THAT(dates->rows[1], HasSubstr(R"("d":"2000-02-29")"));
  const auto bools = run(filling(Method::kConstant, {"b"}, "false"), sample());
  EXPECT_THAT(bools->rows[4], HasSubstr(R"("b":false)"));
  EXPECT_THAT(bools->rows[3], HasSubstr(R"("b":true)"));
}

TEST(FillMissing, by_a_constant_fills_what_it_can_be_a_value_of) {
  const auto outcome = run(filling(Method::kConstant, {}, "unknown"), sample());
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->rows[2], HasSubstr(R"("i":null,"f":"nan","s":"unknown","b":null)"));
  EXPECT_EQ(run(filling(Method::kConstant, {"i"}, "0.5"), sample()).status().to_string(),
            "prep.yaml:6:14: \"0.5\" is no int64, which column \"i\" is");
  EXPECT_EQ(run(filling(Method::kConstant, {"d"}, "2013-02-29"), sample()).status().code(),
            Code::kInvalidArgument);
}

TEST(FillMissing, learns_the_mean_and_keeps_the_type) {
  const auto outcome = run(FillMissing{}, sample());
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  // i: 10 / 4 = 2.5, to the even 2; f: 6 / 3
  EXPECT_EQ(outcome->state, R"({"columns":{"f":{"value":2.0},"i":{"value":2}}})");
  EXPECT_THAT(outcome->rows[2], HasSubstr(R"("i":2,"f":2.0)"));
  EXPECT_EQ(outcome->effect.values_changed, 3);
}

TEST(FillMissing, learns_the_median) {
  const auto outcome = run(filling(Method::kMedian), sample());
  EXPECT_EQ(outcome->state, R"({"columns":{"f":{"value":1.5},"i":{"value":2}}})");
}

TEST(FillMissing, learns_the_most_frequent_and_of_equals_the_smallest) {
  const auto outcome = run(filling(Method::kMode), sample());
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->state,
            R"({"columns":{"b":{"value":true},"d":{"value":15707},"f":{"value":0.5},)"
            R"("i":{"value":2},"s":{"value":"y"}}})");
  EXPECT_THAT(outcome->rows[2], HasSubstr(R"({"i":2,"f":0.5,"s":"y","b":true)"));
  const auto negative = arrow::schema({arrow::field("f", arrow::float64())});
  EXPECT_EQ(run(filling(Method::kMode),
                records_of(negative, R"([{"f": 1}, {"f": -1}, {"f": -2}, {"f": null}])"))
                ->state,
            R"({"columns":{"f":{"value":-2.0}}})");
}

TEST(FillMissing, learns_for_each_class) {
  const auto schema = arrow::schema(
      {arrow::field("carrier", arrow::utf8()), arrow::field("delay", arrow::float64())});
  const Records records = records_of(schema, R"([
      {"carrier": "UA", "delay": 1}, {"carrier": "UA", "delay": 3}, {"carrier": "UA", "delay": null},
      {"carrier": "AA", "delay": 10}, {"carrier": "AA", "delay": null},
      {"carrier": null, "delay": 6}, {"carrier": null, "delay": null},
      {"carrier": "ZZ", "delay": null}])");
  const FillMissing rule{Method::kMean, {"delay"}, "", "carrier"};
  const auto outcome = run(rule, records);
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->state,
            R"({"columns":{"delay":{"value":5.0,"classes":[["AA",10.0],["UA",2.0]]}}})");
  EXPECT_THAT(outcome->rows[2], HasSubstr(R"("delay":2.0)"));
  EXPECT_THAT(outcome->rows[4], HasSubstr(R"("delay":10.0)"));
  EXPECT_THAT(outcome->rows[6], HasSubstr(R"("delay":5.0)")) << "no class: of all records";
  EXPECT_THAT(outcome->rows[7], HasSubstr(R"("delay":5.0)")) << "a class without values";
  EXPECT_EQ(run(filling(Method::kMedian, {}, "", "carrier"), records)->state,
            R"({"columns":{"delay":{"value":4.5,"classes":[["AA",10.0],["UA",2.0]]}}})");
  EXPECT_EQ(run(filling(Method::kMode, {}, "", "carrier"), records)->state,
            R"({"columns":{"delay":{"value":1.0,"classes":[["AA",10.0],["UA",1.0]]}}})");
}

TEST(FillMissing, takes_integers_and_dates_as_classes) {
  const auto schema =
      arrow::schema({arrow::field("k", arrow::int32()), arrow::field("s", arrow::utf8())});
  const Records records = records_of(schema, R"([{"k": -1, "s": "m"}, {"k": -1, "s": null},
      {"k": 3, "s": "é"}, {"k": 3, "s": null}])");
  const auto outcome = run(filling(Method::kMode, {"s"}, "", "k"), records);
  EXPECT_EQ(outcome->state,
            "{\"columns\":{\"s\":{\"value\":\"m\",\"classes\":[[-1,\"m\"],[3,\"é\"]]}}}");
  EXPECT_EQ(outcome->rows[3], "{\"k\":\"3\",\"s\":\"é\"}");
}

TEST(FillMissing, keeps_every_digit_in_its_state) {
  const auto schema = arrow::schema({arrow::field("f", arrow::float64())});
  const auto outcome = run(
      FillMissing{}, records_of(schema, R"([{"f": 0.1}, {"f": 0.2}, {"f": 0.7}, {"f": null}])"));
  EXPECT_EQ(outcome->rows[3], R"({"f":0.3333333333333333})") << "run() compares with restored";
}

TEST(FillMissing, leaves_a_column_without_values) {
  const auto schema = arrow::schema({arrow::field("f", arrow::float64())});
  for (const Method method : {Method::kMean, Method::kMedian, Method::kMode}) {
    const auto outcome = run(filling(method), records_of(schema, R"([{"f": null}, {"f": NaN}])"));
    ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
    EXPECT_EQ(outcome->state, R"({"columns":{"f":{"value":null}}})");
    EXPECT_EQ(outcome->effect.values_changed, 0);
  }
}

TEST(FillMissing, refuses_classes_without_sense) {
  EXPECT_THAT(run(filling(Method::kMean, {"i"}, "", "f"), sample()).status().to_string(),
              HasSubstr("\"f\" is double where classes are due"));
  EXPECT_THAT(run(filling(Method::kMean, {"i"}, "", "i"), sample()).status().to_string(),
              HasSubstr("cannot be filled by its own classes"));
  EXPECT_THAT(run(filling(Method::kConstant, {"i"}, "1", "s"), sample()).status().to_string(),
              HasSubstr("leave out \"by\""));
  EXPECT_TRUE(run(filling(Method::kMean, {}, "", "i"), sample()).is_ok())
      << "all numbers but the class";
}

TEST(FillMissing, has_a_limit_of_classes_that_does_not_depend_on_the_pieces) {
  const auto schema =
      arrow::schema({arrow::field("k", arrow::int64()), arrow::field("x", arrow::int64())});
  std::string rows;
  for (int i = 0; i < 12; ++i)
    rows += (i ? ",{\"k\":" : "{\"k\":") + std::to_string(i) + ",\"x\":1}";
  const auto pieces = in_pieces(records_of(schema, "[" + rows + "]"), 4);
  for (const size_t limit : {11, 12}) {
    MeanCollector one({"x"}, "k", limit), two({"x"}, "k", limit), whole({"x"}, "k", limit);
    ASSERT_TRUE(one.add(pieces[0]).is_ok() && one.add(pieces[1]).is_ok());
    ASSERT_TRUE(two.add(pieces[2]).is_ok());
    for (const auto* part : {&one, &two}) {
      EXPECT_FALSE(part->overflowed());
      std::string bytes;
      part->write_to(bytes);
      statistics::ByteReader reader(bytes);
      ASSERT_TRUE(whole.merge(reader).is_ok());
    }
    EXPECT_EQ(whole.overflowed(), limit == 11);
    MeanCollector alone({"x"}, "k", limit);
    for (const Records& piece : pieces) ASSERT_TRUE(alone.add(piece).is_ok());
    std::string a, b;
    whole.write_to(a);
    alone.write_to(b);
    EXPECT_EQ(a, b);
  }
}

TEST(FillMissing, refuses_broken_bytes_and_states) {
  MeanCollector collector({"x"}, "k", 10);
  for (const std::string& bytes :
       {std::string(), std::string("\0\xff\xff\xff\xff", 5), std::string("\0\1\0\0\0\xff", 6)}) {
    statistics::ByteReader reader(bytes);
    EXPECT_EQ(collector.merge(reader).code(), Code::kCorrupt);
  }
  const FillMissing rule;
  auto step = *make(rule, prepare::StepSpec{rule, "s", "w"});
  for (const char* state :
       {"{}", "[]", R"({"columns":1})", R"({"columns":{"x":{}}})",
        R"({"columns":{"x":{"value":{}}}})", R"({"columns":{"x":{"value":{"bytes":"fz"}}}})",
        R"({"columns":{"x":{"value":1,"classes":[1]}}})"})
    EXPECT_EQ(step->restore(nlohmann::ordered_json::parse(state)).code(), Code::kCorrupt) << state;
}

}  // namespace
}  // namespace howdah::transform
