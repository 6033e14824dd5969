#include <gmock/gmock.h>

#include <random>

#include "formats/source_sample.h"

namespace howdah::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CsvSourceTest : public SourceSample {
 protected:
  void expect_rows(const std::string& content, const std::vector<std::string>& expected) {
    const auto rows = rows_of(content);
    ASSERT_TRUE(rows.is_ok()) << content << ": " << rows.status().to_string();
    EXPECT_EQ(*rows, expected) << content;
  }
  void expect_refused(const std::string& what) {
    const auto outcome = read();
    ASSERT_FALSE(outcome.is_ok());
    EXPECT_THAT(outcome.status().to_string(), HasSubstr(what));
  }
};

TEST_F(CsvSourceTest, reads_quotes_escapes_and_line_ends_as_people_write_them) {
  expect_rows("a,b\n1,x\n2,y\n", {"1|x", "2|y"});
  expect_rows("a,b\r\n1,x\r\n2,y", {"1|x", "2|y"});
  expect_rows(
      "\xef\xbb\xbf"
      "a,b\n1,x\n",
      {"1|x"});
  expect_rows("\n\na,b\n\n1,x\n\r\n2,y\n\n", {"1|x", "2|y"});
  expect_rows("a,b\n1,\"x,y\"\n2,\"he said \"\"no\"\"\"\n", {"1|x,y", "2|he said \"no\""});
  expect_rows("\"a\",\"b\"\r\n\"1\",\"x\"\r\n", {"1|x"});
  expect_rows("a,b\n1,5\" pipe\n2,a\"\"b\n", {"1|5\" pipe", "2|a\"\"b"});
  expect_rows("a,b\n1,\"x\"yz\n", {"1|xyz"});
  expect_rows("a,b\n1,\"\"\n2,\"NA\"\n", {"1|-", "2|-"});
  expect_rows("a,b\n,x\n1,\n", {"-|x", "1|-"});
  spec_.csv.escape = '\\';
  expect_rows("a,b\n1,\"x\\\"y\"\n2,x\\,y\n", {"1|x\"y", "2|x,y"});
  spec_.csv.escape = 0;
  spec_.csv.quote = 0;
  expect_rows("a,b\n1,\"x\"\n", {"1|\"x\""});
}

TEST_F(CsvSourceTest, reads_line_ends_within_quotes_where_they_are_allowed) {
  const std::string content = "a,b\n1,\"x\ny\"\n2,\"z\r\n\"\"w\"\n3,v\n";
  store("a.csv", content);
  const auto strict = read();
  ASSERT_TRUE(strict.is_ok()) << strict.status().to_string();
  EXPECT_THAT(strict->all(), ElementsAre("3|v"));
  ASSERT_EQ(strict->bad.size(), 4u);
  EXPECT_EQ(strict->bad[0].rule, "unreadable");
  EXPECT_THAT(strict->bad[0].reason, HasSubstr("newlines_in_values"));

  spec_.csv.newlines_in_values = true;
  expect_rows(content, {"1|x\ny", "2|z\r\n\"w", "3|v"});
  expect_rows("a,b\n1,x\n2,\"open\n3,y\n", {"1|x"});
}

TEST_F(CsvSourceTest, infers_the_least_type_that_holds_all_values) {
  const auto types = [&](const std::string& values) {
    store("a.csv", "x,y\n" + values);
    const auto outcome = read();
    return outcome.is_ok() ? outcome->types().substr(0, outcome->types().find(" y:"))
                           : outcome.status().to_string();
  };
  EXPECT_EQ(types("1,0\n-7,0\n+3,0\n 4,0\nNA,0\n"), "x:int64");
  EXPECT_EQ(types("1,0\n2.5,0\n"), "x:double");
  EXPECT_EQ(types("1,0\n1e3,0\ninf,0\n"), "x:double");
  EXPECT_EQ(types("9223372036854775807,0\n"), "x:int64");
  EXPECT_EQ(types("9223372036854775808,0\n"), "x:double");
  EXPECT_EQ(types("true,0\nFalse,0\n,0\n"), "x:bool");
  EXPECT_EQ(types("true,0\n1,0\n"), "x:string");
  EXPECT_EQ(types("2013-01-31,0\n"), "x:date32[day]");
  EXPECT_EQ(types("2013-02-29,0\n"), "x:string");
  EXPECT_EQ(types("2013-01-31,0\n2013-01-31T10:00:00Z,0\n"), "x:timestamp[us, tz=UTC]");
  EXPECT_EQ(types("2013-01-31,0\n5,0\n"), "x:string");
  EXPECT_EQ(types("NA,0\n,0\n"), "x:string");
  EXPECT_EQ(types("0x10,0\n"), "x:string");
}

TEST_F(CsvSourceTest, widens_types_by_what_later_chunks_hold) {
  chunk_bytes_ = 64;
  std::string content = "x,y\n";
  for (int i = 0; i < 100; ++i) content += std::to_string(i) + "," + std::to_string(i) + "\n";
  content += "0.5,abc\n";
  store("a.csv", content);
  const auto outcome = read();
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_EQ(outcome->types(), "x:double y:string");
  EXPECT_EQ(outcome->all().front(), "0|0");
  EXPECT_EQ(outcome->all().back(), "0.5|abc");
  EXPECT_GT(outcome->rows.size(), 9u);
}

TEST_F(CsvSourceTest, reports_records_that_cannot_be_read_and_keeps_their_neighbours) {
  spec_.types = {{"a", prepare::ColumnType::kInt64}};
  store("a.csv", "a,b\n1,x\n2,y,z\n3\nfour,v\n5,\xff\xfe\n6,w\n");
  const auto outcome = read();
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->all(), ElementsAre("1|x", "6|w"));
  EXPECT_EQ(outcome->rows_read, 6);
  ASSERT_EQ(outcome->bad.size(), 4u);
  const auto expect = [&](size_t i, int64_t row, int64_t offset, const char* rule,
                          const char* reason, const char* content) {
    const BadRecord& bad = outcome->bad[i];
    EXPECT_EQ(bad.row, row);
    EXPECT_EQ(bad.offset, offset);
    EXPECT_EQ(bad.rule, rule);
    EXPECT_THAT(bad.reason, HasSubstr(reason));
    EXPECT_EQ(bad.content, content);
  };
  expect(0, 1, 8, "ragged_row", "3 fields where 2 are due", "2,y,z");
  expect(1, 2, 14, "ragged_row", "1 fields where 2 are due", "3");
  expect(2, 3, 16, "type_error", "'four' in the column 'a' is no int64", "four,v");
  expect(3, 4, 23, "encoding", "", "5,\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_F(CsvSourceTest, makes_missing_values_of_wrong_types_where_the_job_file_says_so) {
  spec_.types = {{"a", prepare::ColumnType::kInt64}, {"b", prepare::ColumnType::kBool}};
  spec_.type_errors_become_missing = true;
  store("a.csv", "a,b\nx,1\n2,no\n3,true\n");
  const auto outcome = read();
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->all(), ElementsAre("-|true", "2|-", "3|true"));
  EXPECT_EQ(outcome->became_missing, 2);
}

TEST_F(CsvSourceTest, matches_columns_by_name_in_each_file) {
  store("1.csv", "a,b,c\n1,x,0.5\n");
  store("2.csv", "c,a,b\n1.5,2,y\n");
  store("3.csv", "b,c,a\nz,2.5,3\n");
  const auto all = rows();
  ASSERT_TRUE(all.is_ok()) << all.status().to_string();
  EXPECT_THAT(*all, ElementsAre("1|x|0.5", "2|y|1.5", "3|z|2.5"));
  spec_.columns = {"c", "a"};
  EXPECT_THAT(*rows(), ElementsAre("0.5|1", "1.5|2", "2.5|3"));
}

TEST_F(CsvSourceTest, names_the_file_that_lacks_a_column) {
  store("1.csv", "a,b\n1,x\n");
  store("2.csv", "a\n2\n");
  expect_refused("mem://t/in/2.csv: no column 'b'");
  spec_.absent_columns_are_missing = true;
  EXPECT_THAT(*rows(), ElementsAre("1|x", "2|-"));
  spec_.absent_columns_are_missing = false;
  store("2.csv", "a,b,extra\n2,y,z\n");
  expect_refused("mem://t/in/2.csv: the column 'extra' is not in mem://t/in/1.csv");
  spec_.columns = {"b"};
  EXPECT_THAT(*rows(), ElementsAre("x", "y"));
}

TEST_F(CsvSourceTest, refuses_headers_that_cannot_be_right) {
  store("a.csv", "a,b,a\n1,2,3\n");
  expect_refused("two columns are named 'a'");
  store("a.csv", "alpha,b\n1,2\n");
  spec_.columns = {"alpah"};
  expect_refused("no column 'alpah'; there is 'alpha'");
  spec_.columns = {};
  store("a.csv", "");
  expect_refused("all files are empty");
  store("a.csv", "\xff\xfe\x01,b\n1,2\n");
  expect_refused("header line");
}

TEST_F(CsvSourceTest, names_columns_where_there_is_no_header) {
  spec_.csv.header = false;
  expect_rows("1,x\n2,y\n", {"1|x", "2|y"});
  EXPECT_EQ(read()->types(), "column_1:int64 column_2:string");
  spec_.csv.names = {"p", "q"};
  EXPECT_EQ(read()->types(), "p:int64 q:string");
  spec_.csv.header = true;
  expect_rows("a,b\n1,x\n", {"1|x"});
}

TEST_F(CsvSourceTest, passes_over_empty_files_and_files_of_a_header_alone) {
  store("1.csv", "");
  store("2.csv", "a,b\n");
  store("3.csv", "a,b\n1,x\n");
  EXPECT_THAT(*rows(), ElementsAre("1|x"));
}

TEST_F(CsvSourceTest, reads_latin_1_windows_1252_and_utf_16) {
  spec_.encoding = "latin-1";
  store("a.csv",
        "caf\xe9,b\n\xfc"
        "ber,1\nx,y,z\n");
  const auto latin = read();
  ASSERT_TRUE(latin.is_ok()) << latin.status().to_string();
  EXPECT_EQ(latin->types(), "caf\xc3\xa9:string b:int64");
  EXPECT_THAT(latin->all(), ElementsAre("\xc3\xbc"
                                        "ber|1"));
  ASSERT_EQ(latin->bad.size(), 1u);
  EXPECT_EQ(latin->bad[0].offset, 14) << "a byte of the file, not of its UTF-8";

  spec_.encoding = "windows-1252";
  expect_rows("a,b\n5 \x80,1\nq\x81,2\n", {"5 \xe2\x82\xac|1"});

  spec_.encoding = "utf-16";
  std::string wide = "\xff\xfe";
  for (const char c : std::string("a,b\n\xe9,1\n")) wide += {c, '\0'};
  expect_rows(wide, {"\xc3\xa9|1"});
  wide = "\xfe\xff";
  for (const char c : std::string("a,b\nx,1\n")) wide += {'\0', c};
  wide += std::string("\xd8\x3d\xde\x00\0,\0002\0\n", 10);
  expect_rows(wide, {"x|1", "\xf0\x9f\x98\x80|2"});
}

TEST_F(CsvSourceTest, keeps_nul_bytes_and_survives_garbage) {
  expect_rows(std::string("a,b\n1,x\0y\n", 10), {std::string("1|x\0y", 5)});
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::string garbage = "a,b\n";
    for (int i = 0; i < 3000; ++i)
      garbage += static_cast<char>(random() % 3 ? random() : "\",\n\r"[random() % 4]);
    spec_.csv.newlines_in_values = round % 2;
    store("a.csv", garbage);
    const auto outcome = read();
    ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
    EXPECT_GT(outcome->rows_read, 0);
  }
}

TEST_F(CsvSourceTest, counts_of_each_portion_what_was_read_of_the_file_for_it) {
  std::string content = "id\n";
  for (int i = 0; i < 300'000; ++i) content += std::to_string(i) + "\n";
  store("a.csv", content);
  chunk_bytes_ = 512 << 10;
  const auto source = open();
  ASSERT_TRUE(source.is_ok());
  const auto portions = (*source)->portions(1 << 20, Deadline::never());
  ASSERT_TRUE(portions.is_ok());
  ASSERT_EQ(portions->size(), 2);
  for (const Portion& portion : *portions) {
    const auto reader = (*source)->read(portion, Deadline::never());
    ASSERT_TRUE(reader.is_ok());
    int64_t read_bytes = 0;
    for (auto chunk = (*reader)->next(Deadline::never()); chunk.is_ok() && chunk->has_value();
         chunk = (*reader)->next(Deadline::never()))
      read_bytes += (*chunk)->read_bytes;
    EXPECT_NEAR(static_cast<double>(read_bytes), static_cast<double>(portion.bytes), 128 << 10);
  }
}

// Random records; what comes out must not depend on how the file was cut.
TEST_F(CsvSourceTest, has_the_same_chunks_and_rows_however_portions_are_cut) {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    const bool quoted = round % 3 == 0;
    std::string content = round % 2 ? "id,text\n" : "id,text\r\n";
    std::vector<std::string> expected;
    const int records = static_cast<int>(random() % 60);
    for (int i = 0; i < records; ++i) {
      std::string text(random() % 7 == 0 ? random() % 300 : random() % 12, 'x');
      std::string written = text;
      if (quoted && random() % 2) {
        text += "\n,\"";
        written = "\"" + written + "\n,\"\"\"";
      }
      content += std::to_string(i) + "," + written;
      if (i + 1 < records || random() % 2) content += round % 2 ? "\n" : "\r\n";
      expected.push_back(std::to_string(i) + "|" + (text.empty() ? "-" : text));
    }
    spec_.csv.newlines_in_values = quoted;
    spec_.types = {{"id", prepare::ColumnType::kInt64}, {"text", prepare::ColumnType::kString}};
    chunk_bytes_ = 16 + static_cast<int64_t>(random() % 100);
    store("a.csv", content);
    const auto whole = read(int64_t{1} << 40);
    ASSERT_TRUE(whole.is_ok()) << whole.status().to_string();
    EXPECT_EQ(whole->all(), expected) << content;
    const auto chunks =
        static_cast<int64_t>(content.size() + static_cast<size_t>(chunk_bytes_) - 1) / chunk_bytes_;
    EXPECT_EQ(static_cast<int64_t>(whole->rows.size()), chunks);
    for (const int64_t portion : {int64_t{1}, 2 * chunk_bytes_, 5 * chunk_bytes_}) {
      const auto cut = read(portion);
      ASSERT_TRUE(cut.is_ok()) << cut.status().to_string();
      EXPECT_EQ(cut->rows, whole->rows);
      EXPECT_EQ(cut->texts, whole->texts);
    }
  }
}

TEST_F(CsvSourceTest, puts_a_record_into_the_chunk_where_its_first_byte_lies) {
  spec_.csv.header = false;
  chunk_bytes_ = 10;
  store("a.csv", "aaaa\nbbbb\ncccccccccccccccccccccccc\ndd\n");
  const auto outcome = read();
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  const auto& rows = outcome->rows;
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_THAT(rows.at({0, 0}), ElementsAre("aaaa", "bbbb"));
  EXPECT_THAT(rows.at({0, 1}), ElementsAre("cccccccccccccccccccccccc"));
  EXPECT_THAT(rows.at({0, 2}), ElementsAre());
  EXPECT_THAT(rows.at({0, 3}), ElementsAre("dd"));
}

TEST_F(CsvSourceTest, passes_over_records_beyond_the_limit_and_keeps_their_neighbours) {
  spec_.max_record_bytes = 20;
  for (const int64_t chunk : {int64_t{16}, int64_t{40}, kChunkBytes}) {
    for (const bool quoted : {false, true}) {
      chunk_bytes_ = chunk;
      spec_.csv.newlines_in_values = quoted;
      const std::string limit = "3," + std::string(18, 'y');
      store("a.csv", "a,b\n1,x\n2," + std::string(400'000, 'z') + "\n" + limit + "\n4,w\n");
      const auto outcome = read();
      ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
      EXPECT_THAT(outcome->all(), ElementsAre("1|x", "3|" + std::string(18, 'y'), "4|w"));
      ASSERT_EQ(outcome->bad.size(), 1u);
      EXPECT_EQ(outcome->bad[0].rule, "too_long");
      EXPECT_EQ(outcome->bad[0].offset, 8);
      EXPECT_EQ(outcome->bad[0].reason, "400002 bytes where max_record_bytes allows 20");
      EXPECT_EQ(outcome->bad[0].content.size(), 4096u);
    }
  }
}

TEST_F(CsvSourceTest, refuses_a_file_that_shrank_after_it_was_listed) {
  store("a.csv", "a,b\n1,x\n2,y\n");
  const auto source = open();
  ASSERT_TRUE(source.is_ok());
  store("a.csv", "a,b\n1,x\n");
  const auto reader = (*source)->read({0, 0, 1, 0, 0}, Deadline::never());
  const Status status =
      reader.is_ok() ? (*reader)->next(Deadline::never()).status() : reader.status();
  EXPECT_EQ(status.code(), Code::kCorrupt) << status.to_string();
  EXPECT_THAT(status.to_string(), HasSubstr("ends at byte 8"));
}

TEST_F(CsvSourceTest, reads_numbers_and_times_exactly) {
  expect_rows(
      "a,b\n0.1,2013-01-31 10:20:30\n-12.75,2013-01-31T10:20:30.25+01:30\n"
      "123456789.123456789,1969-12-31T23:59\n1e-7,2013-01-31\n.5,2000-02-29\n5.,2000-03-01\n",
      {"0.1|2013-01-31 10:20:30.000000Z", "-12.75|2013-01-31 08:50:30.250000Z",
       "123456789.12345679|1969-12-31 23:59:00.000000Z", "1e-7|2013-01-31 00:00:00.000000Z",
       "0.5|2000-02-29 00:00:00.000000Z", "5|2000-03-01 00:00:00.000000Z"});
}

}  // namespace
}  // namespace howdah::formats
