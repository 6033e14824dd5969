#include "transform/clean_iso_time.h"
#include "transform/clean_sample.h"

namespace howdah::transform {
namespace {

using prepare::DateRange;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(IsoTime, is_read_with_and_without_time_and_zone) {
  const auto seconds = [](const char* text) {
    const auto time = parse_iso_time(text);
    return time ? time->seconds : -1;
  };
  EXPECT_EQ(seconds("1970-01-02"), 86'400);
  EXPECT_TRUE(parse_iso_time("1970-01-02")->date_only);
  EXPECT_EQ(seconds("2013-01-31T12:00:30Z"), 1'359'633'630);
  EXPECT_EQ(seconds("2013-01-31 12:00:30"), 1'359'633'630);
  EXPECT_EQ(seconds("2013-01-31T13:00:30+01:00"), 1'359'633'630);
  EXPECT_EQ(seconds("2013-01-31T06:30:30-0530"), 1'359'633'630);
  EXPECT_EQ(seconds("2013-01-31T12:00"), 1'359'633'600);
  EXPECT_EQ(parse_iso_time("2013-01-31T12:00:00.25")->nanoseconds, 250'000'000);
  for (const char* wrong :
       {"", "2013", "2013-1-1", "2013-02-29", "2013-13-01", "2013-00-10", "0000-01-01",
        "2013-01-01T", "2013-01-01T24:00", "2013-01-01T12:60", "2013-01-01T12:00:00.",
        "2013-01-01T12:00:00.1234567891", "2013-01-01T12:00x", "2013-01-01Z", "2013-01-01T12:00+1",
        "2013-01-01T12:00+99:00", " 2013-01-01"})
    EXPECT_FALSE(parse_iso_time(wrong)) << wrong;
}

TEST(IsoTime, becomes_the_nearest_value_within) {
  const auto noon = *parse_iso_time("1970-01-02T12:00:00.0000005Z");
  EXPECT_EQ(first_not_before(noon, *arrow::date32()), 2);
  EXPECT_EQ(last_not_after(noon, *arrow::date32()), 1);
  const auto micro = arrow::timestamp(arrow::TimeUnit::MICRO);
  EXPECT_EQ(first_not_before(noon, *micro), 129'600'000'001);
  EXPECT_EQ(last_not_after(noon, *micro), 129'600'000'000);
  const auto day = *parse_iso_time("1969-12-31");
  EXPECT_EQ(first_not_before(day, *micro), -86'400'000'000);
  EXPECT_EQ(last_not_after(day, *micro), -1) << "the whole day";
  const auto nano = arrow::timestamp(arrow::TimeUnit::NANO);
  EXPECT_EQ(last_not_after(*parse_iso_time("9999-12-31"), *nano), INT64_MAX);
  EXPECT_EQ(first_not_before(*parse_iso_time("0001-01-01"), *nano), INT64_MIN);
  EXPECT_FALSE(first_not_before(day, *arrow::int64()));
}

const auto kSchema =
    arrow::schema({arrow::field("d", arrow::date32()),
                   arrow::field("t", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
                   arrow::field("s", arrow::utf8())});

Records sample() {
  return records_of(kSchema, R"([
      {"d": 15705, "t": "2013-06-01T00:00:00Z", "s": ""},
      {"d": 15706, "t": "2013-12-31T23:59:59.999999Z", "s": ""},
      {"d": 16070, "t": "2014-01-01T00:00:00Z", "s": ""},
      {"d": null, "t": null, "s": ""},
      {"d": 16071, "t": "2012-12-31T23:59:59Z", "s": ""}])");
}

TEST(DateRange, drops_what_is_outside_and_keeps_both_ends) {
  const auto outcome = run(DateRange{{"d"}, "2013-01-01", "2013-12-31"}, sample());
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->kept, ElementsAre(1, 2, 3));
  EXPECT_THAT(outcome->reasons, ElementsAre("0: d = 2012-12-31 is before 2013-01-01",
                                            "4: d = 2014-01-01 is after 2013-12-31"));
  EXPECT_THAT(run(DateRange{{"t"}, "2013-01-01", "2013-12-31"}, sample())->kept,
              ElementsAre(0, 1, 3));
  EXPECT_THAT(run(DateRange{{}, "2013-01-01", ""}, sample())->kept, ElementsAre(1, 2, 3));
  EXPECT_THAT(run(DateRange{{"t"}, "", "2013-06-01T00:00:00Z"}, sample())->kept,
              ElementsAre(0, 3, 4));
}

TEST(DateRange, makes_what_is_outside_missing) {
  const auto outcome = run(DateRange{{}, "2013-01-01", "2013-12-31", true}, sample());
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->rows.size(), 5U);
  EXPECT_THAT(outcome->rows[0], HasSubstr(R"("d":null,"t":"2013-06-01)"));
  EXPECT_THAT(outcome->rows[1], HasSubstr(R"("d":"2013-01-01","t":"2013-12-31)"));
  EXPECT_THAT(outcome->rows[2], HasSubstr(R"("d":"2013-12-31","t":null)"));
  EXPECT_THAT(outcome->rows[4], HasSubstr(R"("d":null,"t":null)"));
  EXPECT_EQ(outcome->effect.values_changed, 4);
  EXPECT_EQ(outcome->effect.rows_changed, 3);
  EXPECT_EQ(outcome->effect.rows_dropped, 0);
}

TEST(DateRange, refuses_what_is_no_range) {
  EXPECT_THAT(run(DateRange{{"s"}, "2013-01-01", ""}, sample()).status().to_string(),
              HasSubstr("column \"s\" is string where dates are due"));
  EXPECT_THAT(run(DateRange{{}, "01.02.2013", ""}, sample()).status().to_string(),
              HasSubstr("\"01.02.2013\" is no date"));
  EXPECT_THAT(run(DateRange{{}, "2013-01-02", "2013-01-01"}, sample()).status().to_string(),
              HasSubstr("no date is from 2013-01-02 to 2013-01-01"));
  EXPECT_TRUE(run(DateRange{{}, "2013-01-01", "2013-01-01"}, sample()).is_ok());
  EXPECT_EQ(run(DateRange{}, sample()).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::transform
