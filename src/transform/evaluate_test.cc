#include "transform/evaluate.h"

#include <arrow/scalar.h>
#include <gmock/gmock.h>

#include "formats/arrow_status.h"
#include "transform/test_batches.h"

namespace howdah::transform {
namespace {

using test::array;
using test::batch_of;
using test::times;
using testing::HasSubstr;

std::shared_ptr<arrow::RecordBatch> flights() {
  return batch_of({
      {"age", array(arrow::int64(), "[5, 200, null, -1]")},
      {"score", array(arrow::float64(), "[0.5, 2.5, -2.5, null]")},
      {"city", array(arrow::utf8(), R"(["Rome", " paris ", null, "Žilina"])")},
      {"late", array(arrow::boolean(), "[true, false, null, true]")},
      {"big", array(arrow::int64(), "[9223372036854775807, 1, -9223372036854775808, null]")},
      {"tiny", array(arrow::uint8(), "[7, 8, 9, null]")},
      {"day", array(arrow::date32(), "[15706, 15707, null, -1]")},  // 2013-01-01
      // 06:30 UTC is 01:30 in New York in winter; 2013-03-10 07:00 UTC is 3:00, the first of summer
      {"at", times(R"(["2013-01-01T03:30:00Z", "2013-03-10T06:59:59Z", null,
                       "2013-03-10T07:00:00Z"])")},
      {"nothing", array(arrow::null(), "[null, null, null, null]")},
      {"image", array(arrow::binary(), R"(["a", null, "b", "c"])")},
  });
}

std::string shown(const std::string& text, const std::string& zone = "UTC") {
  const auto expression = prepare::parse_expression(text);
  if (!expression) return expression.status().to_string();
  const auto batch = flights();
  const auto type = type_of(*expression, *batch->schema(), zone);
  const auto values = evaluate(*expression, *batch, zone);
  if (!values) {
    EXPECT_FALSE(type.is_ok()) << text;
    return values.status().to_string();
  }
  EXPECT_TRUE(type.is_ok()) << text << ": " << type.status().to_string();
  EXPECT_TRUE((*type)->Equals((*values)->type())) << text;
  EXPECT_EQ((*values)->length(), 4);
  std::string result = (*values)->type()->ToString() + ":";
  for (int64_t i = 0; i < 4; ++i)
    result += " " + ((*values)->IsNull(i) ? "-" : (*values)->GetScalar(i).ValueOrDie()->ToString());
  return result;
}

class Evaluate : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(formats::load_arrow_functions().is_ok()); }
};

TEST_F(Evaluate, compares_and_joins_conditions_with_three_truths) {
  EXPECT_EQ(shown("age >= 0 and age < 130"), "bool: true false - false");
  EXPECT_EQ(shown("age > 100 or late"), "bool: true true - true");
  EXPECT_EQ(shown("not late"), "bool: false true - false");
  EXPECT_EQ(shown("late and age is missing"), "bool: false false - false");
  EXPECT_EQ(shown("age = null"), "bool: - - - -");
  EXPECT_EQ(shown("null or true"), "bool: true true true true");
  EXPECT_EQ(shown("nothing < 3"), "bool: - - - -");
  EXPECT_EQ(shown("age != score"), "bool: true true - -");
}

TEST_F(Evaluate, knows_what_is_missing) {
  EXPECT_EQ(shown("age is missing"), "bool: false false true false");
  EXPECT_EQ(shown("score is not missing"), "bool: true true true false");
  EXPECT_EQ(shown("image is missing"), "bool: false true false false");
  EXPECT_EQ(shown("coalesce(age, score)"), "double: 5 200 -2.5 -1");
  EXPECT_EQ(shown("coalesce(city, 'none')"), "string: Rome  paris  none Žilina");
}

TEST_F(Evaluate, looks_up_lists_and_ranges) {
  EXPECT_EQ(shown("age in (5, 7)"), "bool: true false - false");
  EXPECT_EQ(shown("age in (5.0, 7.5)"), "bool: true false - false");
  EXPECT_EQ(shown("city not in ('Rome')"), "bool: false true - true");
  EXPECT_EQ(shown("late in (true)"), "bool: true false - true");
  EXPECT_EQ(shown("age between -1 and 5"), "bool: true false - true");
  EXPECT_EQ(shown("day in ('2013-01-01')"), "bool: true false - false");
}

TEST_F(Evaluate, calculates_whole_numbers_and_floats) {
  EXPECT_EQ(shown("age + 1"), "int64: 6 201 - 0");
  EXPECT_EQ(shown("tiny * 2"), "int64: 14 16 18 -");
  EXPECT_EQ(shown("age + score"), "double: 5.5 202.5 - -");
  EXPECT_EQ(shown("age / 2"), "double: 2.5 100 - -0.5");
  EXPECT_EQ(shown("age % 3"), "int64: 2 2 - -1");
  EXPECT_EQ(shown("-age"), "int64: -5 -200 - 1");
  EXPECT_EQ(shown("min(age, 10, score)"), "double: 0.5 2.5 - -");
  EXPECT_EQ(shown("1 + 2 * 3"), "int64: 7 7 7 7");
  EXPECT_EQ(shown("abs(age)"), "int64: 5 200 - 1");
}

TEST_F(Evaluate, makes_missing_what_cannot_be_told) {
  EXPECT_EQ(shown("big + 1"), "int64: - 2 -9223372036854775807 -");
  EXPECT_EQ(shown("-big"), "int64: -9223372036854775807 -1 - -");
  EXPECT_EQ(shown("abs(big)"), "int64: 9223372036854775807 1 - -");
  EXPECT_EQ(shown("age / 0"), "double: - - - -");
  EXPECT_EQ(shown("age % 0"), "int64: - - - -");
  EXPECT_EQ(shown("1 / (age - 5)"), "double: - 0.005128205128205128 - -0.16666666666666666");
  EXPECT_EQ(shown("sqrt(score) >= 0"), "bool: true true - -");
  EXPECT_EQ(shown("log(age - 5) is missing"), "bool: true false true true");
}

TEST_F(Evaluate, rounds_halves_away_from_zero) {
  EXPECT_EQ(shown("round(score)"), "double: 1 3 -3 -");
  EXPECT_EQ(shown("round(age)"), "int64: 5 200 - -1");
  EXPECT_EQ(shown("round(age, -2)"), "double: 0 200 - -0");
  EXPECT_EQ(shown("floor(score)"), "double: 0 2 -3 -");
  EXPECT_EQ(shown("ceil(score)"), "double: 1 3 -2 -");
}

TEST_F(Evaluate, works_on_texts_as_characters) {
  EXPECT_EQ(shown("length(city)"), "int64: 4 7 - 6");
  EXPECT_EQ(shown("lower(city)"), "string: rome  paris  - žilina");
  EXPECT_EQ(shown("upper(trim(city))"), "string: ROME PARIS - ŽILINA");
  EXPECT_EQ(shown("contains(city, 'i')"), "bool: false true - true");
  EXPECT_EQ(shown("starts_with(city, 'Ro')"), "bool: true false - false");
  EXPECT_EQ(shown("ends_with(city, 'na')"), "bool: false false - true");
  EXPECT_EQ(shown("matches(city, '^[A-Z]o')"), "bool: true false - false");
}

TEST_F(Evaluate, chooses_by_a_condition) {
  EXPECT_EQ(shown("if(age > 100, 1, 0.5)"), "double: 0.5 1 - 0.5");
  EXPECT_EQ(shown("if(late, city, 'on time')"), "string: Rome on time - Žilina");
  EXPECT_EQ(shown("if(age > 100, null, age)"), "int64: 5 - - -1");
}

TEST_F(Evaluate, reads_fields_of_times_in_their_zone) {
  EXPECT_EQ(shown("year(at)"), "int64: 2013 2013 - 2013");
  EXPECT_EQ(shown("year(at)", "America/New_York"), "int64: 2012 2013 - 2013");
  EXPECT_EQ(shown("month(at)", "America/New_York"), "int64: 12 3 - 3");
  EXPECT_EQ(shown("hour(at)", "America/New_York"), "int64: 22 1 - 3");
  EXPECT_EQ(shown("minute(at)"), "int64: 30 59 - 0");
  EXPECT_EQ(shown("weekday(day)"), "int64: 2 3 - 3");
  EXPECT_EQ(shown("date(at)", "America/New_York"),
            "date32[day]: 2012-12-31 2013-03-10 - 2013-03-10");
  EXPECT_EQ(shown("day(date(at))"), "int64: 1 10 - 10");
  EXPECT_EQ(shown("date('2013-02-03T10:00:00')"),
            "date32[day]: 2013-02-03 2013-02-03 2013-02-03 2013-02-03");
}

TEST_F(Evaluate, reads_constant_texts_beside_times_as_times) {
  EXPECT_EQ(shown("at >= '2013-03-10T07:00:00'"), "bool: false false - true");
  EXPECT_EQ(shown("at >= '2013-03-10T02:00:00-05:00'"), "bool: false false - true");
  EXPECT_EQ(shown("day between '2013-01-02' and '2013-12-31'"), "bool: false true - false");
  EXPECT_EQ(shown("day < at"), "bool: true true - true");
  EXPECT_THAT(shown("at > 'monday'"), HasSubstr("character 6 of the expression: 'monday' is no"));
}

TEST_F(Evaluate, refuses_what_does_not_go_together_with_its_place) {
  EXPECT_EQ(
      shown("agee > 3"),
      "character 1 of the expression: no column \"agee\" arrives here; did you mean \"age\"?");
  EXPECT_EQ(shown("city > 3"), "character 6 of the expression: '>' of a text and a whole number");
  EXPECT_EQ(shown("age > 1 and city"),
            "character 9 of the expression: 'and' is for conditions, here it gets a text");
  EXPECT_EQ(shown("city + 1"),
            "character 6 of the expression: '+' is for numbers, here it gets a text");
  EXPECT_THAT(shown("year(city)"), HasSubstr("year(date(...))"));
  EXPECT_THAT(shown("hour(day)"), HasSubstr("a date has no 'hour'"));
  EXPECT_THAT(shown("image = 'a'"), HasSubstr("bytes"));
  EXPECT_THAT(shown("matches(city, '(')"), HasSubstr("character 15"));
  EXPECT_THAT(shown("lower(age)"), HasSubstr("is for texts"));
  EXPECT_THAT(shown("year(at)", "Mars/Phobos"), HasSubstr("no time zone \"Mars/Phobos\""));
}

TEST_F(Evaluate, takes_slices_and_batches_without_rows) {
  const auto expression = prepare::parse_expression("abs(score * 2) / age").value();
  const auto whole = evaluate(expression, *flights()).value();
  const auto part = evaluate(expression, *flights()->Slice(1, 2)).value();
  EXPECT_TRUE(part->Equals(*whole->Slice(1, 2)));
  EXPECT_EQ(evaluate(expression, *flights()->Slice(0, 0)).value()->length(), 0);
}

}  // namespace
}  // namespace howdah::transform
