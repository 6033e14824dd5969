// What a user of folders like region=eu/month=3 may rely on, in every format of tables.
#include "formats/folder_columns.h"

#include <gmock/gmock.h>

#include "formats/parquet_sample.h"
#include "formats/source_sample.h"

namespace howdah::formats {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class FolderColumnsTest : public SourceSample {
 protected:
  std::string types() {
    const auto outcome = read();
    return outcome.is_ok() ? outcome->types() : outcome.status().to_string();
  }
  std::string error() {
    const auto outcome = read();
    return outcome.is_ok() ? "no error" : outcome.status().to_string();
  }
};

TEST_F(FolderColumnsTest, are_columns_of_csv_lines_of_json_and_text_and_parquet) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"a.csv", "x\n7\n"},
      {"a.tsv", "x\ty\n7\t8\n"},
      {"a.jsonl", "{\"x\": 7}\n"},
      {"a.txt", "7\n"},
      {"a.parquet", parquet_bytes({{"x", array_of(arrow::int64(), "[7]")}})},
  };
  for (const auto& [name, content] : files) {
    SCOPED_TRACE(name);
    const std::string folder = name.substr(2);
    spec_.uris = {"mem://t/in/" + folder};
    store(folder + "/region=eu/month=03/" + name, content);
    store(folder + "/region=us/month=12/" + name, content);
    const auto outcome = read();
    ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
    EXPECT_THAT(outcome->types(), testing::EndsWith(" region:string month:int64"));
    const std::string own = name == "a.tsv" ? "7|8" : "7";
    EXPECT_THAT(outcome->all(), ElementsAre(own + "|eu|3", own + "|us|12"));
  }
}

TEST_F(FolderColumnsTest, are_integers_where_all_values_are_whole_numbers_that_fit) {
  store("a=1/b=1/c=9223372036854775807/d=-7/x.csv", "x\n1\n");
  store("a=2/b=1.5/c=9223372036854775808/d=__HIVE_DEFAULT_PARTITION__/x.csv", "x\n1\n");
  EXPECT_EQ(types(), "x:int64 a:int64 b:string c:string d:int64");
  EXPECT_THAT(*rows(),
              ElementsAre("1|1|1|9223372036854775807|-7", "1|2|1.5|9223372036854775808|-"));
}

TEST_F(FolderColumnsTest, are_decoded_and_are_missing_where_hive_says_so) {
  store("na%20me=a%2Fb%3D%25/x.csv", "x\n1\n");
  store("na%20me=caf%C3%A9/x.csv", "x\n2\n");
  store("na%20me=%FF%zz%4/x.csv", "x\n3\n");
  store("na%20me=NA/x.csv", "x\n4\n");
  store("na%20me=__HIVE_DEFAULT_PARTITION__/x.csv", "x\n5\n");
  store("na%20me=/x.csv", "x\n6\n");
  EXPECT_EQ(types(), "x:int64 na me:string");
  EXPECT_THAT(*rows(), testing::UnorderedElementsAre("1|a/b=%", "2|caf\xc3\xa9", "3|%FF%zz%4",
                                                     "4|NA", "5|-", "6|-"));
}

TEST_F(FolderColumnsTest, of_nothing_but_missing_values_are_strings) {
  store("a=__HIVE_DEFAULT_PARTITION__/x.csv", "x\n1\n");
  EXPECT_EQ(types(), "x:int64 a:string");
  EXPECT_THAT(*rows(), ElementsAre("1|-"));
}

TEST_F(FolderColumnsTest, have_the_types_that_the_job_file_gives) {
  store("day=2013-01-31/n=007/x.csv", "x\n1\n");
  EXPECT_EQ(types(), "x:int64 day:string n:int64");
  spec_.types = {{"day", prepare::ColumnType::kDate}, {"n", prepare::ColumnType::kString}};
  EXPECT_EQ(types(), "x:int64 day:date32[day] n:string");
  EXPECT_THAT(*rows(), ElementsAre("1|2013-01-31|007"));
  store("day=never/n=1/x.csv", "x\n1\n");
  EXPECT_THAT(error(), AllOf(HasSubstr("day=never"), HasSubstr("'never'"), HasSubstr("no date")));
}

TEST_F(FolderColumnsTest, stand_where_the_job_file_lists_them) {
  store("a=1/b=2/x.csv", "x,y\n7,8\n");
  spec_.columns = {"b", "y"};
  EXPECT_EQ(types(), "b:int64 y:int64");
  EXPECT_THAT(*rows(), ElementsAre("2|8"));
  spec_.columns = {"b"};
  EXPECT_THAT(error(), HasSubstr("all `columns` stand in the folders' names"));
  spec_.columns = {"c"};
  EXPECT_THAT(error(), HasSubstr("no column 'c'"));
}

TEST_F(FolderColumnsTest, count_before_a_column_of_that_name_in_the_files) {
  store("csv/a=1/x.csv", "a,x\n9,7\n");
  store("jsonl/a=1/x.jsonl", "{\"x\": 7}\n{\"a\": \"other\", \"x\": 8}\n");
  store("parquet/a=1/x.parquet", parquet_bytes({{"a", array_of(arrow::utf8(), R"(["9"])")},
                                                {"x", array_of(arrow::int64(), "[7]")}}));
  spec_.uris = {"mem://t/in/csv"};
  EXPECT_EQ(types(), "x:int64 a:int64");
  EXPECT_THAT(*rows(), ElementsAre("7|1"));
  spec_.uris = {"mem://t/in/jsonl"};
  EXPECT_EQ(types(), "x:int64 a:int64");
  EXPECT_THAT(*rows(), ElementsAre("7|1", "8|1"));
  spec_.uris = {"mem://t/in/parquet"};
  EXPECT_EQ(types(), "x:int64 a:int64");
  EXPECT_THAT(*rows(), ElementsAre("7|1"));
}

TEST_F(FolderColumnsTest, must_be_the_same_for_all_files) {
  store("region=eu/month=1/x.csv", "x\n1\n");
  store("region=us/y.csv", "x\n2\n");
  EXPECT_THAT(error(), AllOf(HasSubstr("region=us/y.csv"), HasSubstr("region=eu/month=1/x.csv"),
                             HasSubstr("columns region,"), HasSubstr("region, month")));
  spec_.columns = {"x", "region"};
  EXPECT_THAT(*rows(), ElementsAre("1|eu", "2|us"));
  spec_.columns = {};
  spec_.absent_columns_are_missing = true;
  EXPECT_THAT(*rows(), ElementsAre("1|eu|1", "2|us|-"));
  spec_.absent_columns_are_missing = false;
  store("region=us/y.csv", "");
  EXPECT_THAT(*rows(), ElementsAre("1|eu|1"));
  store("region=us/country=1/y.csv", "x\n2\n");
  EXPECT_THAT(error(), HasSubstr("region, country"));
  spec_.uris = {"mem://t/in/region=us"};
  store("region=us/country=1/country=2/z.csv", "x\n2\n");
  EXPECT_THAT(error(), HasSubstr("two of its folders are named 'country='"));
}

TEST_F(FolderColumnsTest, are_those_between_the_source_and_its_files) {
  store("base=1/train/a=1/x.csv", "x\n1\n");
  store("base=1/test/a=2/x.csv", "x\n2\n");
  store("base=1/test/a=2/=3/x.csv", "x\n3\n");
  spec_.uris = {"mem://t/in/base=1/train", "mem://t/in/base=1/test"};
  EXPECT_EQ(types(), "x:int64 a:int64");
  spec_.uris = {"mem://t/in/base=1/*/a=2"};
  EXPECT_THAT(*rows(), ElementsAre("3|2", "2|2"));
  spec_.uris = {"mem://t/in/base=1/test/a=2/x.csv"};
  EXPECT_THAT(*rows(), ElementsAre("2"));
}

TEST_F(FolderColumnsTest, stay_while_the_types_of_the_others_are_widened) {
  spec_.columns = {"a", "x"};
  store("a=1/x.csv", "x\n1\n");
  store("a=2/x.csv", "x\nword\n");
  EXPECT_EQ(types(), "a:int64 x:string");
  EXPECT_THAT(*rows(), ElementsAre("1|1", "2|word"));
}

TEST_F(FolderColumnsTest, of_whole_files_of_parquet_keep_a_filter_from_reading_them) {
  for (const char* folder : {"r=eu/n=1", "r=us/n=2", "r=__HIVE_DEFAULT_PARTITION__/n=3"})
    store(std::string(folder) + "/x.parquet",
          parquet_bytes({{"x", array_of(arrow::int64(), "[1, 2]")}}));
  const auto pruned = [&](const std::string& filter) {
    spec_.filter = filter;
    const auto outcome = read();
    EXPECT_TRUE(outcome.is_ok()) << outcome.status().to_string();
    EXPECT_EQ(outcome->rows_read, 6);
    return outcome->rows_pruned;
  };
  EXPECT_EQ(pruned("r = 'us'"), 4);
  EXPECT_EQ(pruned("n >= 2"), 2);
  EXPECT_EQ(pruned("n = 1 or x > 1"), 0);
  EXPECT_EQ(pruned("n = 1 and x > 2"), 6);
  EXPECT_EQ(pruned("r is missing"), 0);
  spec_.types = {{"n", prepare::ColumnType::kString}};
  EXPECT_EQ(pruned("n = '2'"), 4);
}

TEST_F(FolderColumnsTest, are_none_of_images) {
  spec_.format = prepare::Format::kImages;
  store("a=1/x.png", "not looked at");
  const auto source = open();
  ASSERT_TRUE(source.is_ok()) << source.status().to_string();
  const auto schema = (*source)->survey(Deadline::never());
  ASSERT_TRUE(schema.is_ok());
  for (const auto& column : schema->columns) EXPECT_NE(column.name, "a");
}

}  // namespace
}  // namespace howdah::formats
