#include "transform/column_views.h"

#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include <cmath>

namespace howdah::transform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename Builder, typename... Values>
std::shared_ptr<arrow::Array> array_of(Builder builder, Values... values) {
  const auto append = [&](auto value) {
    if constexpr (std::is_same_v<decltype(value), std::nullptr_t>)
      (void)builder.AppendNull();
    else
      (void)builder.Append(value);
  };
  (append(values), ...);
  return builder.Finish().ValueOrDie();
}

const auto kSchema = arrow::schema(
    {arrow::field("dep_delay", arrow::float64()), arrow::field("carrier", arrow::utf8()),
     arrow::field("flight", arrow::int64()), arrow::field("late", arrow::boolean())});

TEST(RequiredColumns, are_all_of_the_type_where_none_is_named) {
  EXPECT_THAT(*required_columns(*kSchema, {}, number_type, "numbers", "p:1:1"),
              ElementsAre("dep_delay", "flight"));
  EXPECT_THAT(*required_columns(*kSchema, {"flight"}, number_type, "numbers", "p:1:1"),
              ElementsAre("flight"));
  EXPECT_EQ(required_columns(*kSchema, {}, date_type, "dates", "p:1:1").status().to_string(),
            "p:1:1: no column of dates arrives here");
}

TEST(RequiredColumns, names_the_nearest_and_the_type) {
  const auto outcome = required_columns(*kSchema, {"dep_dely"}, number_type, "numbers", "p:6:14");
  EXPECT_EQ(outcome.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(outcome.status().to_string(),
            "p:6:14: no column \"dep_dely\" arrives here; did you mean \"dep_delay\"?");
  EXPECT_EQ(
      required_columns(*kSchema, {"carrier"}, number_type, "numbers", "p:1:1").status().to_string(),
      "p:1:1: column \"carrier\" is string where numbers are due");
  EXPECT_THAT(required_columns(*kSchema, {"late", "late"}, any_type, "values", "p:1:1")
                  .status()
                  .to_string(),
              HasSubstr("named twice"));
}

TEST(NumericView, shows_each_type_as_doubles_also_of_slices) {
  const std::vector<std::shared_ptr<arrow::Array>> columns = {
      array_of(arrow::DoubleBuilder(), 9.0, 1.0, nullptr, 0.0),
      array_of(arrow::FloatBuilder(), 9.0F, 1.0F, nullptr, 0.0F),
      array_of(arrow::Int64Builder(), 9, 1, nullptr, 0),
      array_of(arrow::UInt8Builder(), uint8_t{9}, uint8_t{1}, nullptr, uint8_t{0}),
      array_of(arrow::BooleanBuilder(), true, true, nullptr, false),
      array_of(arrow::Date32Builder(), 9, 1, nullptr, 0),
  };
  for (const auto& column : columns) {
    const auto view = NumericView::of(column->Slice(1, 3));
    ASSERT_TRUE(view.is_ok()) << column->type()->ToString();
    std::vector<double> seen, scratch;
    view->each_present([&](int64_t row, double value) {
      seen.push_back(static_cast<double>(row));
      seen.push_back(value);
    });
    EXPECT_THAT(seen, ElementsAre(0, 1, 2, 0)) << column->type()->ToString();
    EXPECT_THAT(view->present_values(scratch), ElementsAre(1, 0)) << column->type()->ToString();
    EXPECT_FALSE(view->present()[1]);
  }
  EXPECT_FALSE(NumericView::of(array_of(arrow::StringBuilder(), "a")).is_ok());
}

TEST(TextView, shows_both_string_types_also_of_slices) {
  const std::vector<std::shared_ptr<arrow::Array>> columns = {
      array_of(arrow::StringBuilder(), "x", "ab", nullptr, ""),
      array_of(arrow::LargeStringBuilder(), "x", "ab", nullptr, "")};
  for (const auto& column : columns) {
    const auto view = TextView::of(column->Slice(1, 3));
    ASSERT_TRUE(view.is_ok());
    std::vector<std::string> seen;
    view->each_present([&](int64_t row, std::string_view text) {
      seen.push_back(std::to_string(row).append(text));
    });
    EXPECT_THAT(seen, ElementsAre("0ab", "2"));
  }
  EXPECT_EQ(TextView::of(columns[0]->Slice(0, 0))->size(), 0);
  EXPECT_FALSE(TextView::of(array_of(arrow::Int64Builder(), 1)).is_ok());
}

TEST(Presence, knows_a_column_of_nothing) {
  const arrow::NullArray none(3);
  EXPECT_FALSE(Presence(none).all());
  EXPECT_FALSE(Presence(none)[0]);
}

}  // namespace
}  // namespace howdah::transform
