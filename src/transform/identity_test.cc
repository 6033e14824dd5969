#include "transform/identity.h"

#include <arrow/builder.h>
#include <gmock/gmock.h>

#include <set>

#include "formats/arrow_status.h"
#include "transform/test_batches.h"

namespace howdah::transform {
namespace {

using Hashes = std::vector<statistics::Hash128>;
using test::array;
using test::batch_of;
using test::Columns;

Hashes identities(const Columns& columns) {
  return identities_of(*batch_of(columns)).value();
}
Hashes identities(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return identities({{"x", array(type, json)}});
}

class Identity : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(formats::load_arrow_functions().is_ok()); }
};

TEST_F(Identity, is_of_values_and_names_whatever_the_order_of_columns) {
  const auto a = array(arrow::int64(), "[1, 2, 1]");
  const auto b = array(arrow::utf8(), R"(["x", "y", "x"])");
  const auto here = identities({{"a", a}, {"b", b}});
  EXPECT_EQ(here, identities({{"b", b}, {"a", a}}));
  EXPECT_EQ(here[0], here[2]);
  EXPECT_NE(here[0], here[1]);
  EXPECT_NE(here, identities({{"a", a}, {"c", b}}));
}

TEST_F(Identity, knows_which_column_a_value_is_in) {
  const auto one = array(arrow::int64(), "[1]"), two = array(arrow::int64(), "[2]");
  EXPECT_NE(identities({{"a", one}, {"b", two}}), identities({{"a", two}, {"b", one}}));
  EXPECT_NE(identities({{"a", one}, {"b", one}}), identities({{"a", two}, {"b", two}}));
}

TEST_F(Identity, stays_when_a_column_is_widened) {
  const auto numbers = identities(arrow::int64(), "[5, -7, 0, null]");
  EXPECT_EQ(numbers, identities(arrow::float64(), "[5.0, -7.0, -0.0, null]"));
  EXPECT_EQ(numbers, identities(arrow::int8(), "[5, -7, 0, null]"));
  EXPECT_EQ(numbers, identities(arrow::float32(), "[5, -7, 0, null]"));
  EXPECT_EQ(identities(arrow::uint64(), "[5, 9223372036854775808]"),
            identities(arrow::float64(), "[5, 9223372036854775808]"));
  EXPECT_EQ(identities(arrow::boolean(), "[true, false]"),
            identities(arrow::utf8(), R"(["true", "false"])"));
  EXPECT_EQ(identities(arrow::utf8(), R"(["a", null])"),
            identities(arrow::dictionary(arrow::int32(), arrow::utf8()), R"(["a", null])"));
  const auto dates = identities(arrow::date32(), "[16000, -1]");
  for (const auto unit : {arrow::TimeUnit::SECOND, arrow::TimeUnit::MILLI, arrow::TimeUnit::MICRO,
                          arrow::TimeUnit::NANO})
    EXPECT_EQ(dates, identities(arrow::timestamp(unit, "UTC"),
                                R"(["2013-10-22T00:00:00Z", "1969-12-31T00:00:00Z"])"));
}

TEST_F(Identity, keeps_apart_what_differs) {
  EXPECT_NE(identities(arrow::int64(), "[5]"), identities(arrow::utf8(), R"(["5"])"));
  EXPECT_NE(identities(arrow::int64(), "[0]"), identities(arrow::int64(), "[null]"));
  EXPECT_NE(identities(arrow::utf8(), R"([""])"), identities(arrow::utf8(), "[null]"));
  EXPECT_NE(identities(arrow::float64(), "[5.5]"), identities(arrow::float64(), "[5]"));
  EXPECT_NE(identities(arrow::int64(), "[9007199254740993]"),
            identities(arrow::int64(), "[9007199254740992]"));
  EXPECT_NE(identities(arrow::int64(), "[1000000]"),
            identities(arrow::timestamp(arrow::TimeUnit::MICRO), "[1000000]"));
}

TEST_F(Identity, ignores_a_column_without_values) {
  const auto a = array(arrow::int64(), "[1, 2]");
  EXPECT_EQ(identities({{"a", a}}),
            identities({{"a", a}, {"new", array(arrow::null(), "[null, null]")}}));
  EXPECT_EQ(identities({{"a", a}}),
            identities({{"a", a}, {"new", array(arrow::utf8(), "[null, null]")}}));
}

TEST_F(Identity, is_of_a_slice_as_of_the_whole) {
  arrow::Int64Builder numbers;
  arrow::StringBuilder texts;
  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE((i % 7 ? numbers.Append(i) : numbers.AppendNull()).ok());
    ASSERT_TRUE((i % 5 ? texts.Append(std::to_string(i)) : texts.AppendNull()).ok());
  }
  const auto batch = batch_of({{"n", *numbers.Finish()}, {"t", *texts.Finish()}});
  const auto whole = identities_of(*batch).value();
  const auto part = identities_of(*batch->Slice(1001, 1500)).value();
  EXPECT_EQ(Hashes(whole.begin() + 1001, whole.begin() + 2501), part);
}

// Every bit of a small integer's hash is 1 in about half of them, and none are equal.
TEST_F(Identity, of_numbers_in_a_row_are_spread_evenly) {
  constexpr int kCount = 20'000;
  arrow::Int64Builder numbers;
  for (int i = 0; i < kCount; ++i) ASSERT_TRUE(numbers.Append(i).ok());
  const auto hashes = identities({{"n", *numbers.Finish()}});
  EXPECT_EQ(std::set(hashes.begin(), hashes.end()).size(), size_t{kCount});
  for (int bit = 0; bit < 64; ++bit) {
    int high = 0, low = 0;
    for (const auto& hash : hashes) {
      high += static_cast<int>(hash.high >> bit & 1);
      low += static_cast<int>(hash.low >> bit & 1);
    }
    EXPECT_NEAR(high, kCount / 2, 400) << bit;
    EXPECT_NEAR(low, kCount / 2, 400) << bit;
  }
}

// A published constant: files that were prepared once must be read as the same records for ever.
TEST_F(Identity, has_the_same_value_for_ever) {
  const auto hash = identities({{"carrier", array(arrow::utf8(), R"(["UA"])")},
                                {"flight", array(arrow::int64(), "[1545]")},
                                {"delay", array(arrow::float64(), "[2.5]")}})[0];
  EXPECT_EQ(hash.high, 2984042256486357483ULL);
  EXPECT_EQ(hash.low, 5139487482102928669ULL);
}

TEST_F(Identity, of_lists_is_refused_by_name) {
  const auto outcome =
      identities_of(*batch_of({{"tags", array(arrow::list(arrow::int64()), "[[1]]")}}));
  EXPECT_EQ(outcome.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(outcome.status().to_string(), testing::HasSubstr("\"tags\""));
}

}  // namespace
}  // namespace howdah::transform
