#include "transform/distinct_values.h"

#include <gmock/gmock.h>

#include "formats/arrow_status.h"
#include "transform/test_batches.h"

namespace howdah::transform {
namespace {

using test::array;
using testing::ElementsAre;

std::vector<std::string> texts(const std::shared_ptr<arrow::Array>& column,
                               const std::string& zone = "UTC") {
  const auto distinct = distinct_values(column, zone).value();
  std::vector<std::string> result;
  for (const uint32_t value : distinct.of_row)
    result.push_back(distinct.texts.at(value).value_or("-"));
  return result;
}

class DistinctValues : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(formats::load_arrow_functions().is_ok()); }
};

TEST_F(DistinctValues, has_each_value_once_and_missing_as_one) {
  for (const auto& column : {array(arrow::int64(), "[7, null, 9, 7, null]"),
                             array(arrow::int16(), "[7, null, 9, 7, null]"),
                             array(arrow::int64(),
                                   "[-9223372036854775808, null, 9223372036854775807, "
                                   "-9223372036854775808, null]"),
                             array(arrow::utf8(), R"(["a", null, "b", "a", null])"),
                             array(arrow::float64(), "[0.0, null, 1, -0.0, null]"),
                             array(arrow::float64(), "[NaN, null, 1, NaN, null]")}) {
    const auto distinct = distinct_values(column).value();
    EXPECT_EQ(distinct.texts.size(), 3U);
    const auto shown = texts(column);
    EXPECT_EQ(shown[0], shown[3]);
    EXPECT_EQ(shown[1], "-");
    EXPECT_EQ(shown[4], "-");
    EXPECT_NE(shown[0], shown[2]);
  }
}

TEST_F(DistinctValues, of_near_numbers_are_those_of_far_ones) {
  EXPECT_THAT(texts(array(arrow::int64(), "[4, -3, null, 4]")), ElementsAre("4", "-3", "-", "4"));
  EXPECT_THAT(texts(array(arrow::int64(), "[4, -3, null, 40000]")),
              ElementsAre("4", "-3", "-", "40000"));
  EXPECT_THAT(texts(array(arrow::int64(), "[4, -3, null, 40000]")->Slice(1, 2)),
              ElementsAre("-3", "-"));
  EXPECT_THAT(texts(array(arrow::int64(), "[null, null]")), ElementsAre("-", "-"));
  EXPECT_TRUE(texts(array(arrow::int64(), "[]")).empty());
  EXPECT_THAT(texts(array(arrow::int64(), "[9223372036854775807, -1]")),
              ElementsAre("9223372036854775807", "-1"));
}

TEST_F(DistinctValues, shows_times_in_their_zone) {
  EXPECT_THAT(texts(test::times(R"(["2013-07-01T03:30:00.25Z"])"), "America/New_York"),
              ElementsAre("2013-06-30 23:30:00.25"));
  EXPECT_FALSE(distinct_values(test::times("[0]"), "Mars/Phobos").is_ok());
}

}  // namespace
}  // namespace howdah::transform
