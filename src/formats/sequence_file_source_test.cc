#include "formats/sequence_file_source.h"

#include <gmock/gmock.h>

#include <numeric>

#include "formats/sequence_file_sample.h"
#include "formats/source_sample.h"

namespace howdah::formats {
namespace {

using Layout = SequenceFileHeader::Layout;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::pair<Compression, const char*> kCodecs[] = {
    {Compression::kDeflate, "DefaultCodec"}, {Compression::kGzip, "GzipCodec"},
    {Compression::kBzip2, "BZip2Codec"},     {Compression::kSnappy, "SnappyCodec"},
    {Compression::kLz4, "Lz4Codec"},         {Compression::kZstd, "ZStandardCodec"},
};
constexpr std::string_view kIo = "org.apache.hadoop.io.";

class SequenceFileSourceTest : public SourceSample {
 protected:
  static std::string io(const std::string& name) { return std::string(kIo) + name; }
  static SequenceFileSample fruits(Layout layout) {
    SequenceFileSample sample;
    sample.layout = layout;
    for (const char* fruit : {"apple", "pear", "", "fig", "plum", "kiwi", "lime", "date"})
      sample.add_texts(fruit, fruit + std::string("-tree"));
    return sample;
  }
  static std::vector<std::string> fruit_rows() {
    return {"apple|apple-tree", "pear|pear-tree", "|-tree",         "fig|fig-tree",
            "plum|plum-tree",   "kiwi|kiwi-tree", "lime|lime-tree", "date|date-tree"};
  }
  Result<Read> read_file(const std::string& content) {
    store("a.seq", content);
    return read();
  }
  std::vector<std::string> rows_of_file(const std::string& content) {
    const auto result = read_file(content);
    EXPECT_TRUE(result.is_ok()) << result.status().to_string();
    return result.is_ok() ? result->all() : std::vector<std::string>();
  }
  void expect_error(const std::string& content, Code code, const std::string& what) {
    const auto result = read_file(content);
    ASSERT_EQ(result.status().code(), code) << result.status().to_string();
    EXPECT_THAT(result.status().to_string(), HasSubstr(what));
    EXPECT_THAT(result.status().to_string(), HasSubstr("mem://t/in/a.seq"));
  }
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

TEST_F(SequenceFileSourceTest, hands_back_records_that_are_no_utf8) {
  SequenceFileSample sample;
  sample.add_texts("a", "good");
  sample.add_texts("b", "b\xff\xff");
  sample.add_texts("c", "good");
  const auto result = read_file(sample.bytes());
  ASSERT_TRUE(result.is_ok()) << result.status().to_string();
  EXPECT_THAT(result->all(), ElementsAre("a|good", "c|good"));
  ASSERT_EQ(result->bad.size(), 1u);
  EXPECT_EQ(result->bad[0].rule, "encoding");
  EXPECT_EQ(result->bad[0].row, 1);
  EXPECT_EQ(sample.bytes().substr(static_cast<size_t>(result->bad[0].offset) + 9, 1), "b");
}

TEST_F(SequenceFileSourceTest, hands_back_records_whose_bytes_are_not_of_their_class) {
  SequenceFileSample sample;
  sample.key_class = io("IntWritable");
  sample.add(java_int(1), java_text("x"));
  sample.add(java_long(2), java_text("y"));
  sample.add(java_int(3), "\5z");
  const auto result = read_file(sample.bytes());
  ASSERT_TRUE(result.is_ok()) << result.status().to_string();
  EXPECT_THAT(result->all(), ElementsAre("1|x"));
  ASSERT_EQ(result->bad.size(), 2u);
  EXPECT_EQ(result->bad[0].rule, "unreadable");
  EXPECT_THAT(result->bad[0].reason, HasSubstr("8 bytes that are no IntWritable"));
  EXPECT_THAT(result->bad[1].reason, HasSubstr("no Text in the column 'value'"));
}

TEST_F(SequenceFileSourceTest, passes_over_records_that_are_too_long) {
  for (const Layout layout : {Layout::kPlain, Layout::kRecord, Layout::kBlock})
    for (const size_t length : {1001u, 20'000u, 600'000u}) {
      SequenceFileSample sample;
      sample.layout = layout;
      sample.add_texts("a", "1");
      std::string noise(length, '\0');  // that cannot be compressed much
      uint32_t state = 1;
      for (char& c : noise) c = static_cast<char>('!' + (state = state * 69069 + 1) / 70'000'000);
      sample.add_texts("long", noise);
      sample.add_texts("longer", std::string(length, 'y'));
      sample.add_texts(std::string(length, 'k'), "key");
      sample.add_texts("b", "2");
      store("a.seq", sample.bytes());
      spec_.max_record_bytes = 1000;
      for (const int64_t chunk : {int64_t{64}, kChunkBytes}) {
        chunk_bytes_ = chunk;
        const auto result = read(64);
        ASSERT_TRUE(result.is_ok()) << result.status().to_string();
        EXPECT_THAT(result->all(), ElementsAre("a|1", "b|2"));
        ASSERT_EQ(result->bad.size(), 3u) << length;
        for (const auto& bad : result->bad) {
          EXPECT_EQ(bad.rule, "too_long");
          EXPECT_LE(bad.content.size(), 4096u);
        }
        EXPECT_THAT(result->bad[0].content, HasSubstr("long\t"));
        if (layout != Layout::kRecord) {
          EXPECT_THAT(result->bad[1].content, HasSubstr("longer\tyyyyy"));
        }
        EXPECT_THAT(result->bad[2].content, testing::StartsWith("kkkk"));
      }
    }
}

TEST_F(SequenceFileSourceTest, refuses_classes_and_codecs_by_name) {
  SequenceFileSample sample;
  sample.value_class = "org.apache.hadoop.io.MapWritable";
  expect_error(sample.bytes(), Code::kUnsupported, "org.apache.hadoop.io.MapWritable");
  sample = {};
  sample.layout = Layout::kBlock;
  sample.codec = "com.hadoop.compression.lzo.LzoCodec";
  expect_error(sample.bytes(), Code::kUnsupported, "com.hadoop.compression.lzo.LzoCodec");
  sample = {};
  sample.key_class = sample.value_class = io("NullWritable");
  expect_error(sample.bytes(), Code::kInvalidArgument, "there is no column");
  spec_.encoding = "latin-1";
  store("a.seq", fruits(Layout::kPlain).bytes());
  EXPECT_EQ(read().status().code(), Code::kInvalidArgument);
}

TEST_F(SequenceFileSourceTest, refuses_files_of_different_classes_and_names_the_file) {
  SequenceFileSample other;
  other.key_class = io("LongWritable");
  other.add(java_long(1), java_text("x"));
  store("b.seq", other.bytes());
  auto result = read_file(fruits(Layout::kPlain).bytes());
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(result.status().to_string(), HasSubstr("mem://t/in/b.seq"));
  EXPECT_THAT(result.status().to_string(), HasSubstr("LongWritable"));

  SequenceFileSample without;
  without.key_class = io("NullWritable");
  without.add("", java_text("x"));
  store("b.seq", without.bytes());
  EXPECT_EQ(read().status().code(), Code::kInvalidArgument);
  spec_.absent_columns_are_missing = true;
  result = read();
  ASSERT_TRUE(result.is_ok()) << result.status().to_string();
  EXPECT_EQ(result->all().back(), "-|x");
}

TEST_F(SequenceFileSourceTest, never_takes_a_cut_off_file_for_a_whole_one) {
  for (const Layout layout : {Layout::kPlain, Layout::kRecord, Layout::kBlock}) {
    const std::string content = fruits(layout).bytes();
    for (size_t size = 1; size < content.size(); ++size) {
      const auto result = read_file(content.substr(0, size));
      if (result.is_ok()) {  // it ends behind a record
        const auto all = result->all(), fruits = fruit_rows();
        ASSERT_LT(all.size(), fruits.size());
        EXPECT_TRUE(std::equal(all.begin(), all.end(), fruits.begin()));
        EXPECT_THAT(result->bad, IsEmpty());
        continue;
      }
      EXPECT_TRUE(result.status().code() == Code::kCorrupt ||
                  result.status().code() == Code::kInvalidArgument)  // no format is seen in it
          << size << ": " << result.status().to_string();
      EXPECT_THAT(result.status().to_string(), HasSubstr("mem://t/in/a.seq"));
    }
  }
}

TEST_F(SequenceFileSourceTest, names_the_byte_where_lengths_cannot_be) {
  const std::pair<std::string, const char*> kCases[] = {
      {java_int(-2) + java_int(0), "a record of -2 bytes"},
      {java_int(4) + java_int(5) + "abcd", "a record of 4 bytes with a key of 5"},
      {java_int(4) + java_int(-1) + "abcd", "with a key of -1"},
      {java_int(INT32_MAX) + java_int(1) + "abcd", "the file is cut off"},
      {java_int(-1) + "0123456789abcdeF", "a sync marker that is not the file's"},
  };
  for (const auto& [bytes, what] : kCases) {
    SequenceFileSample sample;
    sample.add_texts("a", "1");
    const std::string at = "at byte " + std::to_string(sample.bytes().size());
    sample.add_bytes(bytes);
    expect_error(sample.bytes(), Code::kCorrupt, what);
    expect_error(sample.bytes(), Code::kCorrupt, at);
  }
}

TEST_F(SequenceFileSourceTest, names_the_byte_of_a_block_that_cannot_be_read) {
  SequenceFileSample sample;
  sample.layout = Layout::kBlock;
  sample.add_texts("a", "1");
  const std::string first = sample.bytes();
  const auto expect_broken = [&](const std::string& block, const std::string& what) {
    SCOPED_TRACE(what);
    const std::string marker = java_int(-1) + sample.sync;
    expect_error(first + marker + block, Code::kCorrupt, what);
    expect_error(first + marker + block, Code::kCorrupt, "at byte " + std::to_string(first.size()));
  };
  const auto part = [](const std::string& text) {
    return java_text(hadoop_compressed(Compression::kDeflate, text));
  };
  const std::string good = part("\2") + part("\1x") + part("\2") + part("\1y");
  expect_error(first + "\1" + good, Code::kCorrupt, "no sync marker where one is due");
  expect_error(first + java_int(-1) + sample.sync + java_vint(-3) + good, Code::kCorrupt,
               "a length of -3");
  expect_broken(java_vint(2) + good, "it ends before its last record");
  expect_broken(std::string(1, '\0') + good, "more is in it than its records");
  expect_broken("\1" + part("\3") + part("\1x") + part("\2") + part("\1y"),
                "it ends before its last record");
  expect_broken("\1" + part(java_vint(-1)) + part("\1x") + part("\2") + part("\1y"),
                "a length of -1");
  expect_broken("\1" + part("\2") + java_text("nothing") + part("\2") + part("\1y"),
                "a deflate block that cannot be read");
  expect_broken("\1" + part("\2") + part("\1x") + part("\2") + java_text(""),
                "it ends before its last record");
}

TEST_F(SequenceFileSourceTest, goes_on_behind_a_value_that_cannot_be_decompressed) {
  SequenceFileSample sample;
  sample.layout = Layout::kRecord;
  sample.add_texts("a", "1");
  const std::string key = java_text("broken"), value = "no zlib";
  sample.add_bytes(java_int(static_cast<int64_t>(key.size() + value.size())) +
                   java_int(static_cast<int64_t>(key.size())) + key + value);
  sample.add_texts("b", "2");
  const auto result = read_file(sample.bytes());
  ASSERT_TRUE(result.is_ok()) << result.status().to_string();
  EXPECT_THAT(result->all(), ElementsAre("a|1", "b|2"));
  ASSERT_EQ(result->bad.size(), 1u);
  EXPECT_EQ(result->bad[0].rule, "unreadable");
  EXPECT_THAT(result->bad[0].reason, HasSubstr("its value is no deflate"));
}

}  // namespace
}  // namespace howdah::formats
