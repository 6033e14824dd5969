#include "formats/value_parser.h"

#include <gtest/gtest.h>

#include <charconv>
#include <random>
#include <string>

namespace howdah::formats {
namespace {

// A text as it stands in a chunk: other digits before and behind.
class Embedded {
 public:
  explicit Embedded(const std::string& text)
      : all_("99" + text + "9999999999999999"), size_(text.size()) {}
  std::string_view text() const { return std::string_view(all_).substr(2, size_); }

 private:
  std::string all_;
  size_t size_;
};

TEST(ValueParser, reads_whole_numbers_as_the_library_does) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto expected = static_cast<int64_t>(random() >> (random() % 64)) * (i % 2 ? 1 : -1);
    const Embedded written(std::to_string(expected));
    int64_t value = 0;
    const bool digits = std::to_string(std::abs(expected)).size() <= 16;
    EXPECT_EQ(parse_int64(written.text(), &value), digits) << written.text();
    EXPECT_TRUE(digits || parse_int64_slowly(written.text(), &value));
    EXPECT_EQ(value, expected);
  }
  for (const char* text : {"", "-", "1a", "a", "1 ", "--1", "1234567/", "123456789:", "\xb1"}) {
    int64_t value = 0;
    EXPECT_FALSE(parse_int64(Embedded(text).text(), &value)) << text;
  }
  int64_t value = 0;
  EXPECT_FALSE(parse_int64_slowly("9223372036854775808", &value));
  EXPECT_TRUE(parse_int64_slowly("-9223372036854775808", &value));
  EXPECT_FALSE(parse_int64_slowly("+-1", &value));
}

TEST(ValueParser, rounds_decimals_as_the_library_does) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 50'000; ++i) {
    std::string text = std::to_string(random() % (uint64_t{1} << (random() % 60)));
    if (i % 4) text.insert(random() % (text.size() + 1), ".");
    if (i % 3 == 0) text.insert(0, "-");
    double expected = 0, value = -1;
    const auto end = text.data() + text.size();
    if (std::from_chars(text.data(), end, expected).ptr != end) continue;
    const Embedded written(text);
    if (!parse_float64(written.text(), &value)) {
      EXPECT_TRUE(parse_float64_slowly(written.text(), &value)) << text;
    }
    EXPECT_EQ(value, expected) << text;
  }
  for (const char* text : {"", "-", ".", "-.", "1.2.3", "..", "1..2", "12345678.9.1", "1e", "e5"}) {
    double value = 0;
    EXPECT_FALSE(parse_float64(Embedded(text).text(), &value)) << text;
    EXPECT_FALSE(parse_float64_slowly(Embedded(text).text(), &value)) << text;
  }
}

TEST(ValueParser, counts_days_and_knows_leap_years) {
  int32_t days = 0;
  EXPECT_TRUE(parse_date("1970-01-01", &days));
  EXPECT_EQ(days, 0);
  EXPECT_TRUE(parse_date("2000-02-29", &days));
  EXPECT_EQ(days, 11016);
  EXPECT_TRUE(parse_date("0001-01-01", &days));
  EXPECT_EQ(days, -719162);
  for (const char* text : {"1900-02-29", "2013-13-01", "2013-00-01", "2013-01-00", "2013-04-31",
                           "2013-1-1", "2013/01/01", "2013-01-0x", "20130101"})
    EXPECT_FALSE(parse_date(text, &days)) << text;
}

TEST(ValueParser, reads_times_with_their_zones) {
  const auto micros = [](const char* text) {
    int64_t value = -1;
    return parse_timestamp(text, &value) ? value : -1;
  };
  EXPECT_EQ(micros("1970-01-01T00:00:01"), 1'000'000);
  EXPECT_EQ(micros("1970-01-01 00:00:01.5Z"), 1'500'000);
  EXPECT_EQ(micros("1970-01-01 01:00:00+01"), 0);
  EXPECT_EQ(micros("1970-01-01 01:30+0130"), 0);
  EXPECT_EQ(micros("1969-12-31 23:00:00-01:00"), 0);
  EXPECT_EQ(micros("1970-01-01 00:00:00.123456789Z"), 123'456);
  for (const char* text :
       {"1970-01-01T", "1970-01-01T1", "1970-01-01T10", "1970-01-01T24:00", "1970-01-01T10:60",
        "1970-01-01T10:00:60", "1970-01-01T10:00:00.", "1970-01-01T10:00:00X",
        "1970-01-01T10:00:00+1", "1970-01-01T10:00:00+01:3", "1970-01-01X10:00:00"})
    EXPECT_EQ(micros(text), -1) << text;
}

}  // namespace
}  // namespace howdah::formats
