// SequenceFiles that Hadoop's own writer wrote, in every layout, with every codec that is there,
// and split as Hadoop's own reader splits them.
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "formats/sequence_file_source.h"

namespace howdah::formats {
namespace {

constexpr int64_t kSplitBytes = 10'000;  // as WriteSequenceFiles has it

std::string value_of(int64_t i) {
  std::string value = "value " + std::to_string(i) + " ";
  for (int64_t accents = i % 50; accents > 0; --accents) value += "é";
  return value;
}

// Skipped where Hadoop's classes are not named.
class SequenceFileTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* classes = std::getenv("HADOOP_CLASSPATH");
    if (classes == nullptr) GTEST_SKIP() << "HADOOP_CLASSPATH is not set";
    char pattern[] = "/tmp/howdah-sequence-XXXXXX";
    ASSERT_TRUE(mkdtemp(pattern));
    folder_ = pattern;
    // Hadoop's native library, where the classes have one beside them: gzip and zstd need it.
    const std::string native =
        std::string(classes).substr(0, std::string(classes).find("/jars")) + "/native";
    const std::string command = "java -XX:TieredStopAtLevel=1 -Djava.library.path=\"" + native +
                                "\" -cp \"" + classes + "\" " WRITER " " + folder_ + " > " +
                                folder_ + "/log 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  std::vector<std::string> files(const std::string& begin) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string name = entry.path().filename();
      if (name.starts_with(begin) && name.ends_with(".seq")) names.push_back(name);
    }
    return names;
  }

  struct Read {
    TableSchema schema;
    std::vector<std::shared_ptr<arrow::RecordBatch>> chunks;
    size_t bad = 0;
  };
  Result<Read> read(const std::string& name, int64_t chunk_bytes, int64_t portion_bytes) {
    prepare::SourceSpec spec;
    spec.uris = {"file://" + folder_ + "/" + name};
    const auto found = HOWDAH_TRY(Source::open(systems_, spec, Deadline::never()));
    const auto source =
        HOWDAH_TRY(make_sequence_file_source({found->files(), found->spec()}, chunk_bytes));
    Read read;
    read.schema = HOWDAH_TRY(source->survey(Deadline::never()));
    for (const auto& portion : HOWDAH_TRY(source->portions(portion_bytes, Deadline::never()))) {
      const auto reader = HOWDAH_TRY(source->read(portion, Deadline::never()));
      while (const auto chunk = HOWDAH_TRY(reader->next(Deadline::never()))) {
        const auto parsed = HOWDAH_TRY(source->parse(*chunk, read.schema));
        read.chunks.push_back(parsed.batch);
        read.bad += parsed.bad.size();
      }
    }
    return read;
  }
  // Every record, in order.
  static void expect_records(const Read& read) {
    EXPECT_EQ(read.bad, 0u);
    int64_t i = 0;
    for (const auto& batch : read.chunks) {
      const auto& keys = static_cast<const arrow::Int64Array&>(*batch->column(0));
      const auto& values = static_cast<const arrow::StringArray&>(*batch->column(1));
      for (int64_t row = 0; row < batch->num_rows(); ++row, ++i) {
        ASSERT_EQ(keys.Value(row), i * 1'000'003 - 7);
        ASSERT_EQ(values.GetView(row), value_of(i));
      }
    }
    EXPECT_TRUE(i == 20'000 || i == 500) << i;
  }

  fs::FileSystems systems_{hadoop::Configuration(), hadoop::User{}, hadoop::Credentials()};
  std::string folder_;
};

TEST_F(SequenceFileTest, reads_what_hadoop_wrote_and_splits_it_as_hadoop_does) {
  std::vector<std::string> names;
  for (const char* layout : {"none", "record", "block"})
    for (const auto& name : files(layout)) names.push_back(name);
  EXPECT_THAT(names, testing::IsSupersetOf({"none-none.seq", "record-DefaultCodec.seq",
                                            "block-DefaultCodec.seq", "record-BZip2Codec.seq",
                                            "block-BZip2Codec.seq", "record-SnappyCodec.seq",
                                            "block-SnappyCodec.seq"}));
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const auto whole = read(name, kChunkBytes, kChunkBytes);
    ASSERT_TRUE(whole.is_ok()) << whole.status().to_string();
    expect_records(*whole);
    const auto split = read(name, kSplitBytes, 3 * kSplitBytes);
    ASSERT_TRUE(split.is_ok()) << split.status().to_string();
    expect_records(*split);

    std::vector<int64_t> ours, hadoops;
    for (const auto& batch : split->chunks) ours.push_back(batch->num_rows());
    std::ifstream counts(folder_ + "/" + name + ".splits");
    for (int64_t count = 0; counts >> count;) hadoops.push_back(count);
    EXPECT_EQ(ours, hadoops);
  }
}

TEST_F(SequenceFileTest, reads_every_class_of_values) {
  const std::pair<const char*, std::pair<const char*, const char*>> kCases[] = {
      {"Text", {"", "año"}},
      {"BytesWritable", {"by", ""}},
      {"ByteWritable", {"-128", "5"}},
      {"ShortWritable", {"-300", "7"}},
      {"IntWritable", {"-2147483648", "70000"}},
      {"LongWritable", {"-9223372036854775808", "1099511627776"}},
      {"VIntWritable", {"-113", "2147483647"}},
      {"VLongWritable", {"9223372036854775807", "-112"}},
      {"FloatWritable", {"-1.5", "0.25"}},
      {"DoubleWritable", {"1e+300", "-0.5"}},
      {"BooleanWritable", {"true", "false"}},
  };
  for (const auto& [name, values] : kCases) {
    const auto result = read(std::string("types-") + name + ".seq", kChunkBytes, kChunkBytes);
    ASSERT_TRUE(result.is_ok()) << result.status().to_string();
    ASSERT_EQ(result->chunks.size(), 1u);
    const auto column = result->chunks[0]->column(0);
    ASSERT_EQ(column->length(), 2);
    EXPECT_EQ(column->GetScalar(0).ValueOrDie()->ToString(), values.first) << name;
    EXPECT_EQ(column->GetScalar(1).ValueOrDie()->ToString(), values.second) << name;
  }
}

}  // namespace
}  // namespace howdah::formats
