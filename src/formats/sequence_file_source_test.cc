#include "formats/sequence_file_source.h"

#include "formats/sequence_file_fixture.h"

namespace howdah::formats {
namespace {

using Layout = SequenceFileHeader::Layout;
using testing::ElementsAre;

constexpr std::pair<Compression, const char*> kCodecs[] = {
    {Compression::kDeflate, "DefaultCodec"}, {Compression::kGzip, "GzipCodec"},
    {Compression::kBzip2, "BZip2Codec"},     {Compression::kSnappy, "SnappyCodec"},
    {Compression::kLz4, "Lz4Codec"},         {Compression::kZstd, "ZStandardCodec"},
};

TEST_F(SequenceFileSourceTest, reads_every_layout_and_codec) {
  EXPECT_EQ(rows_of_file(fruits(Layout::kPlain).bytes()), fruit_rows());
  for (const auto& [compression, name] : kCodecs)
    for (const Layout layout : {Layout::kRecord, Layout::kBlock}) {
      SequenceFileSample sample;
      sample.layout = layout;
      sample.compression = compression;
      sample.codec = io("compress.") + name;
      for (const char* fruit : {"apple", "pear", "", "fig", "plum", "kiwi", "lime", "date"})
        sample.add_texts(fruit, fruit + std::string("-tree"));
      EXPECT_EQ(rows_of_file(sample.bytes()), fruit_rows()) << name;
    }
}

TEST_F(SequenceFileSourceTest, reads_versions_4_to_6_and_passes_over_metadata) {
  for (const char version : {'\4', '\5', '\6'})
    for (const Layout layout : {Layout::kPlain, Layout::kRecord, Layout::kBlock}) {
      SequenceFileSample sample;
      sample.version = version;
      sample.layout = layout;
      sample.metadata = {{"made by", "hand"}, {"", std::string(100'000, 'x')}};
      sample.add_texts("a", "b");
      EXPECT_THAT(rows_of_file(sample.bytes()), ElementsAre("a|b")) << int{version};
    }
  SequenceFileSample old;
  old.version = 3;
  expect_error(old.bytes(), Code::kUnsupported, "version 3");
}

TEST_F(SequenceFileSourceTest, has_the_types_of_its_classes) {
  const std::tuple<const char*, std::string, const char*, const char*> kCases[] = {
      {"Text", java_text("x"), "string", "x"},
      {"BytesWritable", java_int(2) + "xy", "binary", "xy"},
      {"ByteWritable", "\xfe", "int64", "-2"},
      {"ShortWritable", big_endian(300, 2), "int64", "300"},
      {"IntWritable", java_int(-5), "int64", "-5"},
      {"LongWritable", java_long(1LL << 40), "int64", "1099511627776"},
      {"VIntWritable", java_vint(70'000), "int64", "70000"},
      {"VLongWritable", java_vint(-70'000), "int64", "-70000"},
      {"FloatWritable", big_endian(0x3fc00000, 4), "double", "1.5"},
      {"DoubleWritable", big_endian(0x4008000000000000, 8), "double", "3"},
      {"BooleanWritable", "\1", "bool", "true"},
  };
  for (const auto& [name, bytes, type, shown] : kCases) {
    SequenceFileSample sample;
    sample.key_class = io("NullWritable");
    sample.value_class = io(name);
    sample.add("", bytes);
    const auto result = read_file(sample.bytes());
    ASSERT_TRUE(result.is_ok()) << result.status().to_string();
    EXPECT_EQ(result->types(), std::string("value:") + type) << name;
    EXPECT_THAT(result->all(), ElementsAre(shown)) << name;
  }
}

TEST_F(SequenceFileSourceTest, gives_the_same_records_however_it_is_cut) {
  for (const Layout layout : {Layout::kPlain, Layout::kRecord, Layout::kBlock}) {
    SequenceFileSample sample = fruits(layout);
    sample.marker();
    sample.marker();  // a second one, with nothing between
    sample.add_texts("last", "one");
    const std::string content = sample.bytes();
    chunk_bytes_ = kChunkBytes;
    const auto whole = rows_of_file(content);
    ASSERT_EQ(whole.size(), 9u);
    for (size_t chunk = 1; chunk <= content.size() + 1; ++chunk) {
      chunk_bytes_ = static_cast<int64_t>(chunk);
      const auto in_one = read(int64_t{1} << 40);
      ASSERT_TRUE(in_one.is_ok()) << in_one.status().to_string();
      EXPECT_EQ(in_one->all(), whole) << chunk;
      for (const size_t chunks : {1, 2, 5}) {
        const auto cut = read(static_cast<int64_t>(chunks * chunk));
        ASSERT_TRUE(cut.is_ok()) << cut.status().to_string();
        EXPECT_EQ(cut->rows, in_one->rows) << chunk << " × " << chunks;
      }
    }
  }
}

TEST_F(SequenceFileSourceTest, cuts_where_the_marker_begins) {
  SequenceFileSample sample;
  sample.records_per_marker = 0;
  sample.add_texts("a", "1");
  const auto at = static_cast<int64_t>(sample.bytes().size());
  sample.marker();
  sample.add_texts("b", "2");
  store("a.seq", sample.bytes());
  for (const int64_t shift : {-1, 0, 1}) {
    chunk_bytes_ = at + shift;
    const auto result = read();
    ASSERT_TRUE(result.is_ok()) << result.status().to_string();
    const auto first = result->rows.at({0, 0});
    if (shift > 0) {
      EXPECT_THAT(first, ElementsAre("a|1", "b|2"));
    } else {
      EXPECT_THAT(first, ElementsAre("a|1"));
      EXPECT_THAT(result->rows.at({0, 1}), ElementsAre("b|2"));
    }
  }
}

TEST_F(SequenceFileSourceTest, finds_markers_beyond_what_is_read_at_once) {
  SequenceFileSample sample;
  sample.records_per_marker = 0;
  sample.add_texts("a", std::string(700'000, 'x'));
  sample.marker();
  sample.add_texts("b", std::string(300'000, 'y'));
  sample.marker();
  sample.add_texts("c", "");
  const std::string content = sample.bytes();
  store("a.seq", content);
  for (const int64_t chunk : {100, 4096, 262'144, 500'000, 699'900, 800'000}) {
    chunk_bytes_ = chunk;
    const auto result = read(chunk);
    ASSERT_TRUE(result.is_ok()) << result.status().to_string();
    const auto rows = result->all();
    ASSERT_EQ(rows.size(), 3u) << chunk;
    EXPECT_EQ(rows[1], "b|" + std::string(300'000, 'y'));
  }
}

TEST_F(SequenceFileSourceTest, reads_several_files_and_empty_ones) {
  spec_.format = prepare::Format::kSequenceFile;
  store("part-00000", "");
  store("part-00001", fruits(Layout::kPlain).bytes());
  store("part-00002", SequenceFileSample().bytes());
  store("part-00003", fruits(Layout::kBlock).bytes());
  const auto result = read();
  ASSERT_TRUE(result.is_ok()) << result.status().to_string();
  EXPECT_EQ(result->all().size(), 16u);
}

TEST_F(SequenceFileSourceTest, delivers_the_columns_asked_for) {
  spec_.columns = {"value"};
  EXPECT_EQ(rows_of_file(fruits(Layout::kBlock).bytes())[3], "fig-tree");
  spec_.columns = {"value", "key"};
  EXPECT_EQ(rows_of_file(fruits(Layout::kPlain).bytes())[3], "fig-tree|fig");
  spec_.columns = {"key"};
  for (const Layout layout : {Layout::kPlain, Layout::kRecord, Layout::kBlock})
    EXPECT_EQ(rows_of_file(fruits(layout).bytes())[3], "fig");
  spec_.columns = {"values"};
  expect_error(fruits(Layout::kPlain).bytes(), Code::kInvalidArgument, "there is 'value'");
}

TEST_F(SequenceFileSourceTest, reads_text_as_the_type_that_is_given) {
  spec_.types = {{"key", prepare::ColumnType::kInt64}, {"value", prepare::ColumnType::kDate}};
  SequenceFileSample sample;
  sample.add_texts("12", "2013-01-31");
  sample.add_texts("+7", "NA");
  sample.add_texts("twelve", "2013-01-31");
  sample.add_texts("13", "2013-02-31");
  auto result = read_file(sample.bytes());
  ASSERT_TRUE(result.is_ok()) << result.status().to_string();
  EXPECT_EQ(result->types(), "key:int64 value:date32[day]");
  EXPECT_THAT(result->all(), ElementsAre("12|2013-01-31", "7|-"));
  ASSERT_EQ(result->bad.size(), 2u);
  EXPECT_EQ(result->bad[0].rule, "type_error");
  EXPECT_EQ(result->bad[0].reason, "'twelve' in the column 'key' is no int64");
  EXPECT_EQ(result->bad[0].content, "twelve\t2013-01-31");
  EXPECT_EQ(result->bad[1].row, 3);

  spec_.type_errors_become_missing = true;
  result = read_file(sample.bytes());
  ASSERT_TRUE(result.is_ok()) << result.status().to_string();
  EXPECT_THAT(result->all(), ElementsAre("12|2013-01-31", "7|-", "-|2013-01-31", "13|-"));
  EXPECT_EQ(result->became_missing, 2);
}

TEST_F(SequenceFileSourceTest,
       reads_integers_as_floats_where_that_is_asked_for_and_refuses_others) {
  SequenceFileSample sample;
  sample.key_class = io("IntWritable");
  sample.add(java_int(3), java_text("x"));
  spec_.types = {{"key", prepare::ColumnType::kFloat64}};
  EXPECT_THAT(rows_of_file(sample.bytes()), ElementsAre("3|x"));
  spec_.types = {{"key", prepare::ColumnType::kDate}};
  expect_error(sample.bytes(), Code::kInvalidArgument, "IntWritable in the file");
  spec_.types = {{"keys", prepare::ColumnType::kDate}};
  expect_error(sample.bytes(), Code::kInvalidArgument, "there is 'key'");
}

}  // namespace
}  // namespace howdah::formats
