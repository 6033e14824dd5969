#include "formats/source_listing.h"

#include <gmock/gmock.h>

#include "formats/source_format.h"
#include "formats/source_sample.h"

namespace howdah::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class SourceListingTest : public SourceSample {
 protected:
  SourceListingTest() {
    for (const char* name : {"2014/b.csv", "2013/a-1.csv", "2013/a-2.csv", "2013/_SUCCESS",
                             "2013/.a.csv.crc", "_temporary/x.csv", "top.csv"})
      store(name, "a\n1\n");
  }
  std::vector<std::string> names(const std::vector<std::string>& uris) {
    const auto files = list_sources(systems_, uris, Deadline::never());
    if (!files.is_ok()) return {files.status().to_string()};
    std::vector<std::string> names;
    for (const auto& file : *files) names.push_back(file.name);
    return names;
  }
};

TEST_F(SourceListingTest, lists_folders_files_and_globs_without_hidden_files) {
  EXPECT_THAT(names({"mem://t/in"}),
              ElementsAre("2013/a-1.csv", "2013/a-2.csv", "2014/b.csv", "top.csv"));
  EXPECT_THAT(names({"mem://t/in/top.csv"}), ElementsAre("top.csv"));
  EXPECT_THAT(names({"mem://t/in/2013/_SUCCESS"}), ElementsAre("_SUCCESS"));
  EXPECT_THAT(names({"mem://t/in/201?/*.csv"}),
              ElementsAre("2013/a-1.csv", "2013/a-2.csv", "2014/b.csv"));
  EXPECT_THAT(names({"mem://t/in/201[^3]"}), ElementsAre("2014/b.csv"));
  EXPECT_THAT(names({"mem://t/in/{2013/a-2,top}.csv"}), ElementsAre("2013/a-2.csv", "top.csv"));
  EXPECT_THAT(names({"mem://t/in/2013", "mem://t/in/2013/a-1.csv"}),
              ElementsAre("a-1.csv", "a-2.csv"));
}

TEST_F(SourceListingTest, leaves_out_what_a_preparation_wrote_beside_the_records) {
  for (const char* name : {"report.json", "report.html", "transform.json", "train/b=1/report.json",
                           "train/b=1/part-00000.csv", "test/b=2/part-00000.csv"})
    store(std::string("out/") + name, "a\n1\n");
  EXPECT_EQ(names({"mem://t/in/out"}).size(), 6U);
  store("out/_MANIFEST.json", "{}");
  const auto parts =
      ElementsAre("test/b=2/part-00000.csv", "train/b=1/part-00000.csv", "train/b=1/report.json");
  EXPECT_THAT(names({"mem://t/in/out"}), parts);
  EXPECT_THAT(names({"mem://t/in/out/*"}), parts);
  EXPECT_THAT(names({"mem://t/in/out/report.json"}), ElementsAre("report.json"));
  store("out/train/b=1/report.json", "");
  spec_.uris = {"mem://t/in/out"};
  spec_.format = prepare::Format::kCsv;
  EXPECT_THAT(*rows(), ElementsAre("1|2", "1|1"));
}

TEST_F(SourceListingTest, says_what_is_not_there) {
  EXPECT_THAT(names({"mem://t/in/none"}), ElementsAre(HasSubstr("/in/none")));
  EXPECT_THAT(names({"mem://t/in/*.parquet"}), ElementsAre(HasSubstr("no file matches")));
  EXPECT_THAT(names({"mem://t/in/_temporary/.."}), testing::SizeIs(4));
}

TEST_F(SourceListingTest, tells_files_of_one_name_apart) {
  store("2014/a-1.csv", "a\n1\n");
  EXPECT_THAT(names({"mem://t/in/2013", "mem://t/in/2014"}),
              ElementsAre("mem://t/in/2013/a-1.csv", "mem://t/in/2013/a-2.csv",
                          "mem://t/in/2014/a-1.csv", "mem://t/in/2014/b.csv"));
}

TEST(Glob, matches_as_hadoop_does) {
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("part-*", "part-00000"));
  EXPECT_TRUE(glob_matches("*a*b", "xxaxxaxb"));
  EXPECT_FALSE(glob_matches("*a*b", "xxaxxbx"));
  EXPECT_TRUE(glob_matches("[a-c]?", "b1"));
  EXPECT_FALSE(glob_matches("[^a-c]?", "b1"));
  EXPECT_TRUE(glob_matches("\\*", "*"));
  EXPECT_FALSE(glob_matches("\\*", "a"));
  EXPECT_FALSE(glob_matches("[ab", "a"));
  EXPECT_THAT(expand_braces("x{a,{b,c}d}y"), UnorderedElementsAre("xay", "xbdy", "xcdy"));
  EXPECT_THAT(expand_braces("x{a"), ElementsAre("x{a"));
}

TEST_F(SourceListingTest, tells_the_format_by_names_then_by_content) {
  using prepare::Format;
  EXPECT_EQ(format_of_name("a.CSV.gz"), Format::kCsv);
  EXPECT_EQ(format_of_name("a.parquet"), Format::kParquet);
  EXPECT_EQ(format_of_name("part-00000.snappy"), Format::kAuto);
  EXPECT_EQ(format_of_content("PAR1\x15"), Format::kParquet);
  EXPECT_EQ(format_of_content("SEQ\x06"), Format::kSequenceFile);
  EXPECT_EQ(format_of_content("\n{\"a\": 1}\n"), Format::kJsonLines);
  EXPECT_EQ(format_of_content("a\tb,c\n"), Format::kTsv);
  EXPECT_EQ(format_of_content("a,b\n"), Format::kCsv);
  EXPECT_EQ(format_of_content(std::string_view("\0\0\x08\x03", 4)), Format::kIdx);
  EXPECT_EQ(format_of_content("\x01,"), Format::kAuto);
  EXPECT_EQ(format_of_content(""), Format::kAuto);
}

TEST_F(SourceListingTest, refuses_files_of_several_formats) {
  EXPECT_EQ((*open())->format(), prepare::Format::kCsv);
  store("2013/part-00000", "x,y\n");
  EXPECT_EQ((*open())->format(), prepare::Format::kCsv);
  store("2014/z.parquet", "PAR1");
  const auto outcome = open();
  EXPECT_EQ(outcome.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(outcome.status().to_string(), HasSubstr("z.parquet: files of several formats"));
}

TEST_F(SourceListingTest, looks_into_files_whose_names_say_nothing) {
  spec_.uris = {"mem://t/in/2015"};
  store("2015/part-00000", "{\"a\":1}\n");
  EXPECT_EQ((*open())->format(), prepare::Format::kJsonLines);
  store("2015/part-00000", "word\n");
  EXPECT_THAT(open().status().to_string(), HasSubstr("set `format`"));
}

}  // namespace
}  // namespace howdah::formats
