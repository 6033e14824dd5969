#include <gmock/gmock.h>

#include "formats/source_sample.h"

namespace howdah::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class JsonLinesSourceTest : public SourceSample {
 protected:
  Result<Read> read_of(const std::string& content) {
    store("a.jsonl", content);
    return read();
  }
};

TEST_F(JsonLinesSourceTest, reads_values_by_their_own_types) {
  const auto outcome = read_of(
      R"({"i": 1, "f": 1, "b": true, "s": "5", "d": "2013-01-31", "n": null}
{"s": "a\"b\u00e9\ud83d\ude00\n", "f": 2.5e0, "i": -7, "b": false, "d": "2013-02-01"}

  { "i" : null , "f" : NaN, "s" : "" }  )");
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->types(), "i:int64 f:double b:bool s:string d:date32[day] n:string");
  EXPECT_THAT(
      outcome->all(),
      ElementsAre("1|1|true|5|2013-01-31|-",
                  "-7|2.5|false|a\"b\xc3\xa9\xf0\x9f\x98\x80\n|2013-02-01|-", "-|-|-||-|-"));
}

TEST_F(JsonLinesSourceTest, keeps_the_text_of_values_in_columns_of_mixed_types) {
  const auto outcome = read_of("{\"x\":1}\n{\"x\":\"a\"}\n{\"x\":true}\n{\"x\":1.50}\n");
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->all(), ElementsAre("1", "a", "true", "1.50"));
}

TEST_F(JsonLinesSourceTest, converts_strings_where_a_type_is_given) {
  spec_.types = {{"x", prepare::ColumnType::kFloat64}, {"later", prepare::ColumnType::kInt64}};
  const auto outcome = read_of("{\"x\":\"1.5\"}\n{\"x\":\"NaN\"}\n{\"x\":\"abc\"}\n{\"x\":2}\n");
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->all(), ElementsAre("1.5|-", "-|-", "2|-"));
  ASSERT_EQ(outcome->bad.size(), 1u);
  EXPECT_EQ(outcome->bad[0].rule, "type_error");
  EXPECT_EQ(outcome->bad[0].offset, 24);
}

TEST_F(JsonLinesSourceTest, says_what_is_wrong_with_a_line_and_goes_on) {
  const auto outcome = read_of(
      "{\"x\":1}\n{\"x\":2\nabc\n{\"x\":[1]}\n{\"x\":1} 2\n{\"x\":\"\\q\"}\n{\"x\":01x}\n"
      "{\"x\":\"\xff\"}\n[1]\n{\"x\":-}\n{\"x\":9}\n");
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->all(), ElementsAre("1", "9"));
  std::vector<std::string> reasons;
  for (const auto& bad : outcome->bad) reasons.push_back(bad.reason);
  EXPECT_THAT(reasons,
              ElementsAre("the object is not closed at byte 6 of the line",
                          "no object at byte 0 of the line", HasSubstr("'x' is a list"),
                          HasSubstr("something behind the object"), HasSubstr("no such escape"),
                          HasSubstr("no comma"), HasSubstr("encoding"), HasSubstr("no object"),
                          HasSubstr("no number")));
}

TEST_F(JsonLinesSourceTest, hands_back_numbers_beyond_the_range_of_a_double) {
  const std::string digits(400, '9');
  const std::string content =
      "{\"x\":1.5,\"y\":\"1e400\"}\n{\"x\":1e400}\n{\"x\":-1E+999}\n{\"x\":" + digits +
      "}\n{\"x\":1e308}\n{\"x\":1e-400}\n{\"x\":-Infinity}\n";
  auto outcome = read_of(content);
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->types(), "x:double y:string");
  EXPECT_THAT(outcome->all(), ElementsAre("1.5|1e400", "1e+308|-", "0|-", "-inf|-"));
  ASSERT_EQ(outcome->bad.size(), 3U);
  EXPECT_EQ(outcome->bad[0].rule, "type_error");
  EXPECT_EQ(outcome->bad[0].reason, "'1e400' in the column 'x' is beyond the range of float64");
  EXPECT_EQ(outcome->bad[0].row, 1);
  EXPECT_EQ(outcome->bad[0].offset, 22);
  EXPECT_EQ(outcome->bad[0].content, "{\"x\":1e400}");

  spec_.type_errors_become_missing = true;
  outcome = read();
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->all(),
              ElementsAre("1.5|1e400", "-|-", "-|-", "-|-", "1e+308|-", "0|-", "-inf|-"));
  EXPECT_EQ(outcome->became_missing, 3);
  spec_.types = {{"x", prepare::ColumnType::kString}};
  EXPECT_EQ((*rows())[1], "1e400|-");
}

TEST_F(JsonLinesSourceTest, hands_back_halves_of_surrogate_pairs) {
  const auto outcome = read_of(
      R"({"x":"\ud800","y":"a"}
{"x":"\\ud800"}
{"x":"\ud83d\ude00"}
{"x":"\ude00\ud83d"}
{"x":"\ud83d\ud83d\ude00"}
{"x":"a\udfffb"}
{"\ud800":"a"}
)");
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->types(), "x:string y:string");
  EXPECT_THAT(outcome->all(), ElementsAre("\\ud800|-", "\xf0\x9f\x98\x80|-"));
  std::vector<std::string> bad;
  for (const auto& record : outcome->bad)
    bad.push_back(std::to_string(record.row) + " " + record.rule);
  EXPECT_THAT(bad,
              ElementsAre("0 encoding", "3 encoding", "4 encoding", "5 encoding", "6 encoding"));
  ASSERT_FALSE(outcome->bad.empty());
  EXPECT_EQ(outcome->bad[0].reason, "half a surrogate pair in the column 'x'");
  spec_.columns = {"y"};
  EXPECT_EQ(read()->bad.size(), 1U);
}

TEST_F(JsonLinesSourceTest, passes_over_nested_values_that_nobody_asked_for) {
  spec_.columns = {"x"};
  const auto outcome = read_of("{\"deep\":{\"a\":[1,{\"b\":\"}\"}]},\"x\":1}\n{\"x\":2,\"deep\":" +
                               std::string(100'000, '[') + "}\n");
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->all(), ElementsAre("1"));
  ASSERT_EQ(outcome->bad.size(), 1u);
  EXPECT_THAT(outcome->bad[0].reason, HasSubstr("nested too deeply"));
}

TEST_F(JsonLinesSourceTest, refuses_a_key_that_the_first_records_lack) {
  chunk_bytes_ = 16;
  const std::string content = "{\"x\":1,\"y\":2}\n{\"x\":1,\"y\":2}\n{\"z\":3,\"x\":4}\n";
  const auto outcome = read_of(content);
  EXPECT_EQ(outcome.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(outcome.status().to_string(), HasSubstr("the key 'z'"));
  spec_.absent_columns_are_missing = true;
  EXPECT_THAT(*rows(), ElementsAre("1|2", "1|2", "4|-"));
  spec_.absent_columns_are_missing = false;
  spec_.columns = {"y"};
  EXPECT_THAT(*rows(), ElementsAre("2", "2", "-"));
  spec_.columns = {"yy"};
  EXPECT_THAT(read().status().to_string(), HasSubstr("no column 'yy'; there is 'y'"));
}

TEST_F(JsonLinesSourceTest, widens_types_by_later_chunks) {
  chunk_bytes_ = 32;
  std::string content;
  for (int i = 0; i < 50; ++i) content += "{\"x\":" + std::to_string(i) + "}\n";
  const auto outcome = read_of(content + "{\"x\":\"5\"}\n");
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->types(), "x:string");
  EXPECT_EQ(outcome->all().size(), 51u);
}

class LineSourceTest : public SourceSample {};

TEST_F(LineSourceTest, makes_a_record_of_every_line) {
  store("a.txt", std::string("one\r\n\nNA\n\"q,\nx\xff\n") + "last");
  const auto outcome = read();
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->types(), "text:string");
  EXPECT_THAT(outcome->all(), ElementsAre("one", "", "NA", "\"q,", "last"));
  ASSERT_EQ(outcome->bad.size(), 1u);
  EXPECT_EQ(outcome->bad[0].row, 4);
}

}  // namespace
}  // namespace howdah::formats
