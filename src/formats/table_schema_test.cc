#include "formats/table_schema.h"

#include <arrow/type.h>
#include <gmock/gmock.h>

namespace howdah::formats {
namespace {

constexpr Inferred kAll[] = {Inferred::kNull,    Inferred::kBool, Inferred::kInt64,
                             Inferred::kFloat64, Inferred::kDate, Inferred::kTimestamp,
                             Inferred::kString};

TEST(TableSchema, has_a_least_upper_bound_that_is_one) {
  for (const Inferred a : kAll) {
    EXPECT_EQ(least_upper_bound(a, a), a);
    EXPECT_EQ(least_upper_bound(Inferred::kNull, a), a);
    for (const Inferred b : kAll) {
      EXPECT_EQ(least_upper_bound(a, b), least_upper_bound(b, a));
      for (const Inferred c : kAll)
        EXPECT_EQ(least_upper_bound(least_upper_bound(a, b), c),
                  least_upper_bound(a, least_upper_bound(b, c)));
    }
  }
  EXPECT_EQ(least_upper_bound(Inferred::kInt64, Inferred::kFloat64), Inferred::kFloat64);
  EXPECT_EQ(least_upper_bound(Inferred::kDate, Inferred::kTimestamp), Inferred::kTimestamp);
  EXPECT_EQ(least_upper_bound(Inferred::kBool, Inferred::kInt64), Inferred::kString);
}

TEST(TableSchema, widens_what_is_inferred_and_keeps_what_is_given) {
  TableSchema schema{
      {{"a", Inferred::kInt64, false, nullptr}, {"b", Inferred::kInt64, true, nullptr}}};
  const TableSchema other{
      {{"b", Inferred::kString, false, nullptr}, {"a", Inferred::kFloat64, false, nullptr}}};
  ASSERT_TRUE(schema.widen(other).is_ok());
  EXPECT_EQ(schema.columns[0].type, Inferred::kFloat64);
  EXPECT_EQ(schema.columns[1].type, Inferred::kInt64);
  const Status status = schema.widen({{{"a", Inferred::kInt64, false, nullptr}}});
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(status.message(), testing::HasSubstr("'b'"));
}

TEST(TableSchema, comes_back_from_json) {
  const TableSchema schema{{{"a\"\n", Inferred::kTimestamp, false, nullptr},
                            {"b", Inferred::kNull, true, nullptr},
                            {"c", Inferred::kInt64, false, arrow::int32()}}};
  const auto back = TableSchema::from_json(schema.to_json());
  ASSERT_TRUE(back.is_ok()) << back.status().to_string();
  EXPECT_TRUE(*back == schema);
  EXPECT_EQ(back->to_arrow()->field(2)->type()->id(), arrow::Type::INT32);
  for (const char* text : {"", "[]", "{}", "{\"columns\":[1]}", "{\"columns\":[{\"name\":\"a\"}]}",
                           "{\"columns\":[{\"name\":\"a\",\"type\":\"odd\"}]}"})
    EXPECT_EQ(TableSchema::from_json(text).status().code(), Code::kCorrupt) << text;
}

TEST(TableSchema, carries_every_type_that_a_file_may_fix) {
  for (const auto& type :
       {arrow::boolean(), arrow::int8(), arrow::int16(), arrow::int32(), arrow::int64(),
        arrow::uint8(), arrow::uint16(), arrow::uint32(), arrow::uint64(), arrow::float32(),
        arrow::float64(), arrow::utf8(), arrow::binary(), arrow::date32(),
        arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")}) {
    TableSchema schema;
    schema.columns.push_back({"a", Inferred::kString, false, type});
    const auto again = TableSchema::from_json(schema.to_json());
    ASSERT_TRUE(again.is_ok()) << again.status().to_string();
    EXPECT_TRUE(*again == schema) << type->ToString();
    EXPECT_TRUE(again->to_arrow()->field(0)->type()->Equals(*type));
  }
}

}  // namespace
}  // namespace howdah::formats
