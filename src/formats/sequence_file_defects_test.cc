// What is wrong with a SequenceFile, and what is said about it.
#include "formats/sequence_file_fixture.h"

namespace howdah::formats {
namespace {

using Layout = SequenceFileHeader::Layout;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using SequenceFileDefects = SequenceFileSourceTest;

TEST_F(SequenceFileDefects, hands_back_records_that_are_no_utf8) {
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

TEST_F(SequenceFileDefects, hands_back_records_whose_bytes_are_not_of_their_class) {
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

TEST_F(SequenceFileDefects, passes_over_records_that_are_too_long) {
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

TEST_F(SequenceFileDefects, refuses_classes_and_codecs_by_name) {
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

TEST_F(SequenceFileDefects, refuses_files_of_different_classes_and_names_the_file) {
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

TEST_F(SequenceFileDefects, never_takes_a_cut_off_file_for_a_whole_one) {
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

TEST_F(SequenceFileDefects, names_the_byte_where_lengths_cannot_be) {
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

TEST_F(SequenceFileDefects, names_the_byte_of_a_block_that_cannot_be_read) {
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

TEST_F(SequenceFileDefects, goes_on_behind_a_value_that_cannot_be_decompressed) {
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
