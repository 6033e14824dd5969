// What a user of Parquet files may rely on.
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>

#include "formats/parquet_file.h"
#include "formats/parquet_sample.h"
#include "formats/source_sample.h"
#include "fs/memory_file_system.h"

namespace howdah::formats {
namespace {

using Lines = std::vector<std::string>;

class ParquetSource : public SourceSample {
 protected:
  ParquetSource() { spec_.format = prepare::Format::kParquet; }
  void store_table(const std::string& name, const std::vector<Named>& columns,
                   const ParquetShape& shape = {}) {
    store(name, parquet_bytes(columns, shape));
  }
  Status error() {
    const auto result = read();
    return result.is_ok() ? Status::ok() : result.status();
  }
  // The one column "a" of such values, as its type and its rows.
  std::string landed(const std::shared_ptr<arrow::DataType>& type, const std::string& json,
                     const ParquetShape& shape = {}) {
    store_table("a.parquet", {{"a", array_of(type, json)}}, shape);
    const auto result = read();
    if (!result.is_ok()) return result.status().to_string();
    std::string text = result->types();
    for (const auto& row : result->all()) text += " " + row;
    return text;
  }
};

TEST_F(ParquetSource, reads_columns_of_every_flat_type_as_steps_understand_them) {
  using namespace arrow;
  EXPECT_EQ(landed(boolean(), "[true, null]"), "a:bool true -");
  EXPECT_EQ(landed(int8(), "[-1]"), "a:int8 -1");
  EXPECT_EQ(landed(uint16(), "[65535]"), "a:uint16 65535");
  EXPECT_EQ(landed(int32(), "[7, null, 8]"), "a:int32 7 - 8");
  EXPECT_EQ(landed(int64(), "[9007199254740993]"), "a:int64 9007199254740993");
  EXPECT_EQ(landed(uint64(), "[18446744073709551615]"), "a:uint64 18446744073709551615");
  EXPECT_EQ(landed(float32(), "[1.5]"), "a:float 1.5");
  EXPECT_EQ(landed(float64(), "[2.25]"), "a:double 2.25");
  EXPECT_EQ(landed(utf8(), R"(["x", null, "größe"])"), "a:string x - größe");
  EXPECT_EQ(landed(large_utf8(), R"(["x"])", {.store_schema = true}), "a:string x");
  EXPECT_EQ(landed(binary(), R"(["xy"])"), "a:binary xy");
  EXPECT_EQ(landed(fixed_size_binary(2), R"(["xy"])"), "a:binary xy");
  EXPECT_EQ(landed(date32(), "[0]"), "a:date32[day] 1970-01-01");
  EXPECT_EQ(landed(date64(), "[86400000]", {.store_schema = true}), "a:date32[day] 1970-01-02");
  EXPECT_EQ(landed(time32(TimeUnit::MILLI), "[1500]"), "a:string 00:00:01.500");
  EXPECT_EQ(landed(decimal128(5, 2), R"(["1.25"])"), "a:double 1.25");
  EXPECT_EQ(landed(dictionary(int32(), utf8()), R"(["u", "v", "u"])", {.store_schema = true}),
            "a:string u v u");
}

TEST_F(ParquetSource, brings_timestamps_of_all_units_and_zones_to_microseconds_in_utc) {
  using namespace arrow;
  const std::string due = "a:timestamp[us, tz=UTC] 1970-01-01 00:00:01.500000Z";
  EXPECT_EQ(landed(timestamp(TimeUnit::MILLI), "[1500]"), due);
  EXPECT_EQ(landed(timestamp(TimeUnit::MICRO, "UTC"), "[1500000]"), due);
  EXPECT_EQ(landed(timestamp(TimeUnit::NANO), "[1500000999]"), due);
  EXPECT_EQ(landed(timestamp(TimeUnit::MICRO, "Asia/Tokyo"), "[1500000]", {.store_schema = true}),
            due);
  EXPECT_EQ(landed(timestamp(TimeUnit::NANO), "[1500000000]", {.int96 = true}), due);
}

TEST_F(ParquetSource, reads_every_codec) {
  for (const auto codec :
       {arrow::Compression::SNAPPY, arrow::Compression::GZIP, arrow::Compression::ZSTD,
        arrow::Compression::LZ4, arrow::Compression::BROTLI})
    EXPECT_EQ(landed(arrow::int32(), "[1, 2]", {.codec = codec}), "a:int32 1 2");
}

TEST_F(ParquetSource, cuts_portions_at_row_groups_and_reads_the_same_rows_from_all) {
  store_table("a.parquet", {{"a", array_of(arrow::int32(), "[1, 2, 3, 4, 5]")}}, {.group_rows = 2});
  store("b.parquet", "");
  const auto source = open();
  ASSERT_TRUE(source.is_ok());
  const auto portions = (*source)->portions(1, Deadline::never());
  ASSERT_TRUE(portions.is_ok());
  EXPECT_EQ(portions->size(), 3U);
  EXPECT_LT((*portions)[0].offset_bytes, (*portions)[1].offset_bytes);
  EXPECT_EQ((*source)->portions(1 << 20, Deadline::never())->size(), 1U);
  const Lines due = {"1", "2", "3", "4", "5"};
  for (const int64_t bytes : {int64_t{1}, int64_t{1} << 20}) EXPECT_EQ(read(bytes)->all(), due);
}

TEST_F(ParquetSource, cuts_a_row_group_of_many_rows_and_reads_the_pieces_in_any_order) {
  constexpr int32_t kRows = ParquetFile::kMostRows * 2 + 5;
  arrow::Int32Builder builder;
  for (int32_t i = 0; i < kRows; ++i) ASSERT_TRUE(builder.Append(i).ok());
  store_table("a.parquet", {{"a", builder.Finish().ValueOrDie()}}, {.group_rows = 1 << 30});
  const auto source = open();
  const auto schema = (*source)->survey(Deadline::never());
  const auto portions = *(*source)->portions(1, Deadline::never());
  ASSERT_EQ(portions.size(), 1U);
  ASSERT_EQ(portions[0].chunks, 3);
  const auto reader = *(*source)->read(portions[0], Deadline::never());
  std::vector<RawChunk> chunks;
  while (const auto chunk = *reader->next(Deadline::never())) chunks.push_back(*chunk);
  ASSERT_EQ(chunks.size(), 3U);
  int64_t rows = 0;
  for (const size_t i : {2U, 0U, 1U}) {
    const auto parsed = (*source)->parse(chunks[i], *schema);
    ASSERT_TRUE(parsed.is_ok()) << parsed.status().to_string();
    rows += parsed->batch->num_rows();
    EXPECT_EQ(text_of(*parsed->batch->column(0), 0),
              std::to_string(static_cast<int64_t>(i) * 699053));
  }
  EXPECT_EQ(rows, kRows);
}

TEST_F(ParquetSource, reads_the_columns_asked_for_in_their_order) {
  store_table("a.parquet", {{"a", array_of(arrow::int32(), "[1]")},
                            {"b", array_of(arrow::utf8(), R"(["x"])")},
                            {"l", array_of(arrow::list(arrow::int32()), "[[1]]")}});
  const std::string nested = error().to_string();
  EXPECT_NE(nested.find("'l' is nested"), std::string::npos) << nested;
  spec_.columns = {"b", "a"};
  EXPECT_EQ(*rows(), Lines{"x|1"});
  spec_.columns = {"bb"};
  const Status missing = error();
  EXPECT_EQ(missing.code(), Code::kInvalidArgument);
  EXPECT_NE(missing.to_string().find("there is 'b'"), std::string::npos) << missing.to_string();
}

TEST_F(ParquetSource, widens_numbers_over_files_and_names_types_that_do_not_go_together) {
  store_table("a.parquet", {{"a", array_of(arrow::int32(), "[1]")}});
  store_table("b.parquet", {{"a", array_of(arrow::int64(), "[5000000000]")}});
  EXPECT_EQ(read()->types(), "a:int64");
  EXPECT_EQ(*rows(), (Lines{"1", "5000000000"}));
  store_table("c.parquet", {{"a", array_of(arrow::float64(), "[0.5]")}});
  EXPECT_EQ(read()->types(), "a:double");
  store_table("d.parquet", {{"a", array_of(arrow::utf8(), R"(["x"])")}});
  const std::string said = error().to_string();
  for (const char* part : {"d.parquet", "'a'", "string", "double"})
    EXPECT_NE(said.find(part), std::string::npos) << said;
}

TEST_F(ParquetSource, fills_absent_columns_only_where_the_job_says_so) {
  store_table("a.parquet", {{"a", array_of(arrow::int32(), "[1]")}});
  store_table("b.parquet", {{"b", array_of(arrow::int32(), "[2]")}});
  EXPECT_EQ(error().code(), Code::kInvalidArgument);
  spec_.absent_columns_are_missing = true;
  EXPECT_EQ(*rows(), (Lines{"1|-", "-|2"}));
}

TEST_F(ParquetSource, reads_texts_as_the_types_that_are_given) {
  store_table("a.parquet",
              {{"a", array_of(arrow::utf8(), R"(["2013-01-31T01:00:00Z", "NA", "soon"])")},
               {"b", array_of(arrow::int32(), "[1, 0, 1]")}});
  spec_.types = {{"a", prepare::ColumnType::kTimestamp}, {"b", prepare::ColumnType::kBool}};
  auto result = read();
  ASSERT_TRUE(result.is_ok()) << result.status().to_string();
  EXPECT_EQ(result->all(), (Lines{"2013-01-31 01:00:00.000000Z|true", "-|false"}));
  ASSERT_EQ(result->bad.size(), 1U);
  EXPECT_EQ(result->bad[0].rule, "type_error");
  EXPECT_EQ(result->bad[0].row, 2);
  EXPECT_EQ(result->bad[0].content, "soon");
  spec_.type_errors_become_missing = true;
  result = read();
  EXPECT_EQ(result->all().back(), "-|true");
  EXPECT_EQ(result->became_missing, 1);
}

TEST_F(ParquetSource, tells_texts_that_are_no_utf8_as_bad_records) {
  arrow::StringBuilder builder;
  for (const char* text : {"fine", "\xff", "too"}) ASSERT_TRUE(builder.Append(text).ok());
  store_table("a.parquet", {{"a", builder.Finish().ValueOrDie()}});
  const auto result = read();
  ASSERT_TRUE(result.is_ok()) << result.status().to_string();
  EXPECT_EQ(result->all(), (Lines{"fine", "too"}));
  ASSERT_EQ(result->bad.size(), 1U);
  EXPECT_EQ(result->bad[0].rule, "encoding");
  EXPECT_EQ(result->bad[0].row, 1);
}

TEST_F(ParquetSource, refuses_what_is_damaged_and_names_the_file) {
  const std::string whole =
      parquet_bytes({{"a", array_of(arrow::int32(), "[1, 2, 3]")}}, {.dictionary = false});
  const auto said = [&](const std::string& content) {
    store("a.parquet", content);
    const Status status = error();
    EXPECT_NE(status.to_string().find("a.parquet"), std::string::npos) << status.to_string();
    return status.code();
  };
  EXPECT_EQ(said(whole.substr(0, whole.size() / 2)), Code::kCorrupt);
  EXPECT_EQ(said("PAR1"), Code::kCorrupt);
  EXPECT_EQ(said(whole.substr(0, whole.size() - 4) + "PARX"), Code::kCorrupt);
  EXPECT_EQ(said(whole.substr(0, whole.size() - 4) + "PARE"), Code::kUnsupported);
  std::string long_footer = whole;
  long_footer[whole.size() - 5] = '\x7f';
  EXPECT_EQ(said(long_footer), Code::kCorrupt);
  std::string bad_footer = whole;
  for (size_t i = whole.size() - 40; i < whole.size() - 8; ++i) bad_footer[i] = '\xff';
  for (size_t i = whole.size() - 120; i < whole.size() - 60; ++i) bad_footer[i] = '\xee';
  EXPECT_EQ(said(bad_footer), Code::kCorrupt);
  EXPECT_NE(error().to_string().find("its footer is damaged: "), std::string::npos)
      << error().to_string();
  std::string bad_page = whole;
  for (size_t i = 4; i < 30; ++i) bad_page[i] = '\xff';
  EXPECT_EQ(said(bad_page), Code::kCorrupt);
  EXPECT_NE(error().to_string().find("row group 0"), std::string::npos);
}

TEST_F(ParquetSource, passes_over_row_groups_that_the_filter_cannot_match) {
  store_table("a.parquet",
              {{"a", array_of(arrow::int32(), "[1, 2, 3, 4, 5, 6]")},
               {"s", array_of(arrow::utf8(), R"(["a", "b", "c", "d", "e", "f"])")},
               {"d", array_of(arrow::date32(), "[0, 1, 2, 3, 4, null]")}},
              {.group_rows = 2});
  const auto pruned = [&](const std::string& filter) {
    spec_.filter = filter;
    const auto result = read();
    EXPECT_TRUE(result.is_ok()) << result.status().to_string();
    EXPECT_EQ(result->rows_read, 6);
    return result->rows_pruned;
  };
  EXPECT_EQ(pruned("a > 4"), 4);
  EXPECT_EQ(pruned("4 < a"), 4);
  EXPECT_EQ(pruned("a = 3"), 4);
  EXPECT_EQ(pruned("a in (1, 6)"), 2);
  EXPECT_EQ(pruned("a between 3 and 4.5"), 4);
  EXPECT_EQ(pruned("a >= 3 and s < 'd'"), 4);
  EXPECT_EQ(pruned("a < 2 or s = 'f'"), 2);
  EXPECT_EQ(pruned("d >= '1970-01-04'"), 2);
  EXPECT_EQ(pruned("d >= '1970-01-01T12:00:00'"), 0);
  EXPECT_EQ(pruned("not a > 4"), 0);
  EXPECT_EQ(pruned("a + 1 > 5"), 0);
  EXPECT_EQ(pruned("a != 1"), 0);
}

// Counts the bytes that are read through it.
class CountedFile : public fs::InputFile {
 public:
  CountedFile(std::unique_ptr<fs::InputFile> file, int64_t& bytes)
      : file_(std::move(file)), bytes_(bytes) {}
  int64_t length_bytes() const override { return file_->length_bytes(); }
  Result<size_t> read_at(int64_t offset, MutableBytes into, Deadline deadline) override {
    bytes_ += static_cast<int64_t>(into.size());
    return file_->read_at(offset, into, deadline);
  }

 private:
  std::unique_ptr<fs::InputFile> file_;
  int64_t& bytes_;
};

class CountedFiles : public fs::MemoryFileSystem {
 public:
  using fs::MemoryFileSystem::MemoryFileSystem;
  Result<std::unique_ptr<fs::InputFile>> open(const std::string& path, Deadline deadline) override {
    return std::unique_ptr<fs::InputFile>(
        new CountedFile(HOWDAH_TRY(fs::MemoryFileSystem::open(path, deadline)), bytes));
  }
  int64_t bytes = 0;
};

// Bytes that are read after the survey.
int64_t bytes_read(const std::string& content, const prepare::SourceSpec& spec) {
  fs::FileSystems systems{hadoop::Configuration(), hadoop::User{}, hadoop::Credentials()};
  const auto files = std::make_shared<CountedFiles>("counted");
  EXPECT_TRUE(
      fs::write_file(*files, "/a.parquet", as_bytes(content), {}, Deadline::never()).is_ok());
  const SourceFile file{{files, "/a.parquet"}, "a", static_cast<int64_t>(content.size()), 0};
  const auto source = make_parquet_source({{file}, spec});
  EXPECT_TRUE((*source)->survey(Deadline::never()).is_ok());
  files->bytes = 0;
  const auto portions = (*source)->portions(1, Deadline::never());
  for (const auto& portion : *portions) {
    const auto reader = *(*source)->read(portion, Deadline::never());
    while (*reader->next(Deadline::never())) {
    }
  }
  return files->bytes;
}

TEST_F(ParquetSource, reads_only_the_columns_and_row_groups_that_are_needed) {
  std::string numbers = "[0";
  for (int i = 1; i < 4000; ++i) numbers += ", " + std::to_string(i);
  const auto column = array_of(arrow::int64(), numbers + "]");
  const std::string content =
      parquet_bytes({{"a", column}, {"b", column}}, {.group_rows = 1000, .dictionary = false});
  const int64_t all = bytes_read(content, spec_);
  EXPECT_GT(all, 8 * 8000);
  spec_.columns = {"b"};
  const int64_t half = bytes_read(content, spec_);
  EXPECT_NEAR(static_cast<double>(half), static_cast<double>(all) / 2, 2000);
  spec_.filter = "b >= 3000";
  EXPECT_NEAR(static_cast<double>(bytes_read(content, spec_)), static_cast<double>(half) / 4, 500);
  spec_.filter = "b < 0";
  EXPECT_EQ(bytes_read(content, spec_), 0);
}

TEST_F(ParquetSource, prunes_nothing_without_statistics_or_on_a_column_whose_type_is_given) {
  store_table("a.parquet", {{"a", array_of(arrow::int32(), "[1]")}}, {.statistics = false});
  spec_.filter = "a > 4";
  EXPECT_EQ(read()->rows_pruned, 0);
  store_table("a.parquet", {{"a", array_of(arrow::utf8(), R"(["10"])")}});
  spec_.types = {{"a", prepare::ColumnType::kInt64}};
  EXPECT_EQ(read()->rows_pruned, 0);
}

}  // namespace
}  // namespace howdah::formats
