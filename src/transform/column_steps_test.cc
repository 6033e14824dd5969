// KeepWhere, DeriveColumn, SelectColumns.
#include <gmock/gmock.h>

#include "formats/arrow_status.h"
#include "transform/steps.h"
#include "transform/test_batches.h"

namespace howdah::transform {
namespace {

using test::array;
using testing::ElementsAre;
using testing::HasSubstr;

template <typename Rule>
std::unique_ptr<Step> step(const Rule& rule) {
  return make(rule, prepare::StepSpec{rule, "the step", "prep.yaml:6:14"}).value();
}
Records people() {
  return test::records_of({{"age", array(arrow::int64(), "[5, 200, null, 7]")},
                           {"name", array(arrow::utf8(), R"(["a", "b", "c", "d"])")},
                           {"weight", array(arrow::float64(), "[1, 2, 3, 4]")}});
}

class ColumnSteps : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(formats::load_arrow_functions().is_ok()); }
};

TEST_F(ColumnSteps, keep_where_drops_what_is_false_or_missing_and_says_why) {
  auto records = people();
  const auto identities = records.identities;
  const auto rule = step(prepare::KeepWhere{"age >= 0 and age < 130"});
  ASSERT_TRUE(rule->bind(records.batch->schema()).is_ok());
  EXPECT_TRUE(rule->drops_rows());
  EXPECT_THAT(rule->reads(), ElementsAre("age"));
  Effects effects;
  effects.want_reasons = true;
  ASSERT_TRUE(rule->apply(records, effects).is_ok());
  EXPECT_THAT(records.rows, ElementsAre(0, 3));
  EXPECT_THAT(records.identities, ElementsAre(identities[0], identities[3]));
  EXPECT_EQ(records.batch->num_rows(), 2);
  EXPECT_EQ(effects.effect.rows_in, 0);  // whoever calls counts them
  EXPECT_EQ(effects.effect.rows_dropped, 2);
  ASSERT_EQ(effects.dropped.size(), 2U);
  EXPECT_EQ(effects.dropped[0].reason, "not: age >= 0 and age < 130 (age = 200)");
  EXPECT_EQ(effects.dropped[1].reason, "not: age >= 0 and age < 130 (age is missing)");
  EXPECT_EQ(effects.dropped[1].row, 2U);
}

TEST_F(ColumnSteps, keep_where_refuses_at_its_place_what_is_no_condition) {
  const auto schema = people().batch->schema();
  EXPECT_EQ(step(prepare::KeepWhere{"age + 1"})->bind(schema).status().to_string(),
            "prep.yaml:6:14: \"age + 1\" is int64, not a condition that is true or false");
  EXPECT_THAT(step(prepare::KeepWhere{"agge > 1"})->bind(schema).status().to_string(),
              HasSubstr("prep.yaml:6:14: character 1"));
  const prepare::KeepWhere broken{"age >"};
  EXPECT_THAT(make(broken, {broken, "s", "prep.yaml:6:14"}).status().to_string(),
              HasSubstr("prep.yaml:6:14"));
}

TEST_F(ColumnSteps, derive_column_adds_or_replaces_a_column) {
  auto records = people();
  Effects effects;
  for (const auto& [name, expression] :
       {std::pair{"twice", "weight * 2"}, {"name", "upper(name)"}}) {
    const auto rule = step(prepare::DeriveColumn{name, expression});
    const auto schema = rule->bind(records.batch->schema()).value();
    ASSERT_TRUE(rule->apply(records, effects).is_ok());
    EXPECT_TRUE(schema->Equals(*records.batch->schema()));
    EXPECT_THAT(rule->writes(), ElementsAre(name));
  }
  EXPECT_TRUE(records.column("twice")->Equals(*array(arrow::float64(), "[2, 4, 6, 8]")));
  EXPECT_TRUE(records.column("name")->Equals(*array(arrow::utf8(), R"(["A", "B", "C", "D"])")));
  EXPECT_EQ(records.batch->num_columns(), 4);
  EXPECT_THAT(
      step(prepare::DeriveColumn{"x", "null"})->bind(records.batch->schema()).status().to_string(),
      HasSubstr("would always be missing"));
}

TEST_F(ColumnSteps, derive_column_counts_the_values_that_it_changes) {
  const auto changes = [](const char* name, const char* expression) {
    auto records = people();
    Effects effects;
    const auto rule = step(prepare::DeriveColumn{name, expression});
    EXPECT_TRUE(rule->bind(records.batch->schema()).is_ok());
    EXPECT_TRUE(rule->apply(records, effects).is_ok());
    EXPECT_EQ(effects.effect.rows_changed, effects.effect.values_changed);
    return effects.effect.values_changed;
  };
  EXPECT_EQ(changes("older", "age + 1"), 3);          // one is missing
  EXPECT_EQ(changes("weight", "max(weight, 3)"), 2);  // two are as they were
  EXPECT_EQ(changes("age", "age * 1.5"), 3);          // missing stays missing
  EXPECT_EQ(changes("name", "lower(name)"), 0);
}

TEST_F(ColumnSteps, select_columns_keeps_in_the_order_named_or_leaves_out) {
  for (const bool drop : {false, true}) {
    auto records = people();
    Effects effects;
    const auto rule = step(prepare::SelectColumns{
        drop ? prepare::Columns{"age"} : prepare::Columns{"weight", "name"}, drop});
    const auto schema = rule->bind(records.batch->schema()).value();
    ASSERT_TRUE(rule->apply(records, effects).is_ok());
    EXPECT_TRUE(schema->Equals(*records.batch->schema()));
    EXPECT_EQ(schema->field_names(),
              drop ? (prepare::Columns{"name", "weight"}) : (prepare::Columns{"weight", "name"}));
    EXPECT_EQ(records.batch->num_rows(), 4);
  }
  EXPECT_THAT(
      step(prepare::SelectColumns{{"agee"}})->bind(people().batch->schema()).status().to_string(),
      HasSubstr("did you mean \"age\"?"));
}

}  // namespace
}  // namespace howdah::transform
