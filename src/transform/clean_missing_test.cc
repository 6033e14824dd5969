#include "transform/clean_sample.h"

namespace howdah::transform {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const auto kSchema =
    arrow::schema({arrow::field("a", arrow::int64()), arrow::field("b", arrow::float64()),
                   arrow::field("c", arrow::utf8())});

Records sample() {
  return records_of(kSchema, R"([{"a": 1, "b": 1.5, "c": "x"}, {"a": null, "b": 2, "c": "y"},
      {"a": 3, "b": NaN, "c": ""}, {"a": 4, "b": null, "c": null}, {"a": null, "b": null, "c": null},
      {"a": 6, "b": 6, "c": "z"}])");
}

TEST(DropMissing, drops_where_one_value_of_the_columns_is_missing) {
  const auto outcome = run(prepare::DropMissing{{"a", "b"}, false}, sample());
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->kept, ElementsAre(0, 5));
  EXPECT_EQ(outcome->effect.rows_dropped, 4);
  EXPECT_EQ(outcome->effect.values_changed, 0);
  EXPECT_THAT(outcome->reasons, ElementsAre("1: a is missing", "2: b is not a number",
                                            "3: b is missing", "4: a is missing"));
}

TEST(DropMissing, looks_at_all_columns_where_none_is_named) {
  EXPECT_THAT(run(prepare::DropMissing{}, sample())->kept, ElementsAre(0, 5));
  EXPECT_THAT(run(prepare::DropMissing{{"c"}, false}, sample())->kept, ElementsAre(0, 1, 2, 5))
      << "an empty text is there";
}

TEST(DropMissing, drops_only_where_all_are_missing_if_told_so) {
  const auto outcome = run(prepare::DropMissing{{"b", "c"}, true}, sample());
  EXPECT_THAT(outcome->kept, ElementsAre(0, 1, 2, 5));
  EXPECT_THAT(outcome->reasons, ElementsAre("3: b, c are all missing", "4: b, c are all missing"));
}

TEST(DropMissing, leaves_whole_records_as_they_are) {
  const Records records = records_of(kSchema, R"([{"a": 1, "b": 1, "c": "x"}])");
  EXPECT_THAT(run(prepare::DropMissing{}, records)->reasons, IsEmpty());
  EXPECT_EQ(run(prepare::DropMissing{{"bb"}, false}, records).status().to_string(),
            "prep.yaml:6:14: no column \"bb\" arrives here; did you mean \"b\"?");
}

}  // namespace
}  // namespace howdah::transform
