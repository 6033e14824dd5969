#include "formats/file_writer.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_nested.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <cmath>
#include <random>

#include "base/digest.h"
#include "fs/memory_file_system.h"

namespace howdah::formats {
namespace {

using prepare::OutputFormat;

std::shared_ptr<arrow::RecordBatch> rows(int64_t number) {
  std::mt19937 random(5);
  arrow::Int64Builder ids;
  arrow::DoubleBuilder values;
  arrow::StringBuilder words;
  arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                                arrow::default_memory_pool());
  auto items = std::make_shared<arrow::Int32Builder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), items);
  for (int64_t i = 0; i < number; ++i) {
    EXPECT_TRUE(ids.Append(i).ok());
    EXPECT_TRUE((random() % 10 ? values.Append(static_cast<double>(random() % 1000) / 8)
                               : values.AppendNull())
                    .ok());
    EXPECT_TRUE((i % 7 ? words.Append(std::string(random() % 40, 'a')) : words.AppendNull()).ok());
    EXPECT_TRUE(times.Append(1'356'998'400'000'000 + i * 3'600'000'000).ok());
    EXPECT_TRUE(lists.Append().ok());
    for (unsigned k = 0; k < random() % 4; ++k)
      EXPECT_TRUE(items->Append(static_cast<int32_t>(k)).ok());
  }
  return arrow::RecordBatch::Make(
      arrow::schema({arrow::field("id", arrow::int64()), arrow::field("value", arrow::float64()),
                     arrow::field("word", arrow::utf8()),
                     arrow::field("time", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
                     arrow::field("list", arrow::list(arrow::int32()))}),
      number,
      {ids.Finish().ValueOrDie(), values.Finish().ValueOrDie(), words.Finish().ValueOrDie(),
       times.Finish().ValueOrDie(), lists.Finish().ValueOrDie()});
}

class FileWriterTest : public testing::Test {
 protected:
  Result<FileWriter::Written> write(const std::shared_ptr<arrow::RecordBatch>& batch,
                                    const WriterOptions& options, const std::vector<int64_t>& cuts,
                                    const std::string& path) {
    auto writer =
        HOWDAH_TRY(FileWriter::create(files_, path, batch->schema(), options, Deadline::never()));
    int64_t begin = 0;
    for (const int64_t cut : cuts) {
      HOWDAH_TRY(writer->write(*batch->Slice(begin, cut - begin)));
      begin = cut;
    }
    HOWDAH_TRY(writer->write(*batch->Slice(begin)));
    return writer->close();
  }
  std::string content(const std::string& path) {
    return *fs::read_file(files_, path, 1 << 28, Deadline::never());
  }
  std::string text(const std::shared_ptr<arrow::RecordBatch>& batch, OutputFormat format) {
    WriterOptions options;
    options.format = format;
    options.compression = "none";
    const auto written = write(batch, options, {}, "/text");
    EXPECT_TRUE(written.is_ok()) << written.status().to_string();
    return content("/text");
  }
  fs::MemoryFileSystem files_{"writer"};
};

TEST_F(FileWriterTest, BytesDependOnTheRowsAloneAndNotOnTheBatches) {
  const auto batch = rows(20'000);
  std::mt19937 random(11);
  for (const OutputFormat format :
       {OutputFormat::kParquet, OutputFormat::kCsv, OutputFormat::kJsonLines}) {
    WriterOptions options;
    options.format = format;
    options.row_group_rows = 6'000;
    options.row_group_bytes = 200'000;
    ASSERT_TRUE(write(batch, options, {}, "/whole").is_ok());
    for (int round = 0; round < 5; ++round) {
      std::vector<int64_t> cuts;
      for (int64_t at = 0; at < 20'000; at += random() % 3'000) cuts.push_back(at);
      const std::string path =
          "/cut-" + std::to_string(static_cast<int>(format)) + "-" + std::to_string(round);
      const auto written = write(batch, options, cuts, path);
      ASSERT_TRUE(written.is_ok()) << written.status().to_string();
      EXPECT_EQ(content(path), content("/whole"));
      EXPECT_EQ(written->sha256, Sha256::hex_of(as_bytes(content(path))));
      EXPECT_EQ(written->rows, 20'000);
      EXPECT_EQ(written->bytes, static_cast<int64_t>(content(path).size()));
    }
    ASSERT_TRUE(files_.remove("/whole", false, Deadline::never()).is_ok());
  }
}

TEST_F(FileWriterTest, ParquetOfEveryCompressionReadsBack) {
  const auto batch = rows(5'000);
  for (const char* compression : {"none", "snappy", "gzip", "zstd", "lz4", "brotli"}) {
    WriterOptions options;
    options.compression = compression;
    options.row_group_rows = 1'000;
    const std::string path = std::string("/") + compression;
    const auto written = write(batch, options, {}, path);
    ASSERT_TRUE(written.is_ok()) << compression << written.status().to_string();
    auto reader = parquet::arrow::OpenFile(
        std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(content(path))),
        arrow::default_memory_pool());
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ((*reader)->num_row_groups(), 5);
    const auto table = (*reader)->ReadTable();
    ASSERT_TRUE(table.ok());
    EXPECT_TRUE((*table)->CombineChunksToBatch().ValueOrDie()->Equals(*batch));
  }
}

TEST_F(FileWriterTest, FractionsHaveADictionaryInParquetWhereTheyRepeat) {
  arrow::DoubleBuilder repeating, measured, none;
  std::mt19937 random(5);
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_TRUE(repeating.Append(static_cast<double>(random() % 300) / 7).ok());
    ASSERT_TRUE(measured.Append(static_cast<double>(random()) / 7).ok());
    ASSERT_TRUE(none.AppendNull().ok());
  }
  const auto batch = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("r", arrow::float64()), arrow::field("m", arrow::float64()),
                     arrow::field("n", arrow::float64())}),
      20'000,
      {repeating.Finish().ValueOrDie(), measured.Finish().ValueOrDie(),
       none.Finish().ValueOrDie()});
  WriterOptions options;
  options.compression = "none";
  ASSERT_TRUE(write(batch, options, {}, "/fractions").is_ok());
  auto reader = parquet::arrow::OpenFile(
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(content("/fractions"))),
      arrow::default_memory_pool());
  ASSERT_TRUE(reader.ok());
  const auto group = (*reader)->parquet_reader()->metadata()->RowGroup(0);
  EXPECT_LT(group->ColumnChunk(0)->total_compressed_size(), 20'000 * 2);
  EXPECT_TRUE(group->ColumnChunk(0)->has_dictionary_page());
  EXPECT_FALSE(group->ColumnChunk(1)->has_dictionary_page());
  EXPECT_TRUE(
      (*reader)->ReadTable().ValueOrDie()->CombineChunksToBatch().ValueOrDie()->Equals(*batch));
}

TEST_F(FileWriterTest, TextsAreWrittenAsTheirFormatsSay) {
  arrow::StringBuilder words;
  ASSERT_TRUE(words.AppendValues({"plain", "a,b", "say \"hi\"", "two\nlines", ""}).ok());
  ASSERT_TRUE(words.AppendNull().ok());
  arrow::DoubleBuilder numbers;
  ASSERT_TRUE(numbers.AppendValues({0.1, -3, 1e300, std::nan(""), INFINITY, 2.5}).ok());
  const auto batch = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("word", arrow::utf8()), arrow::field("a, b", arrow::float64())}),
      6, {words.Finish().ValueOrDie(), numbers.Finish().ValueOrDie()});
  EXPECT_EQ(text(batch, OutputFormat::kCsv),
            "word,\"a, b\"\nplain,0.1\n\"a,b\",-3\n\"say \"\"hi\"\"\",1e+300\n\"two\nlines\",NaN\n"
            "\"\",inf\n,2.5\n");
  ASSERT_TRUE(files_.remove("/text", false, Deadline::never()).is_ok());
  EXPECT_EQ(text(batch, OutputFormat::kJsonLines),
            "{\"word\":\"plain\",\"a, b\":0.1}\n{\"word\":\"a,b\",\"a, b\":-3}\n"
            "{\"word\":\"say \\\"hi\\\"\",\"a, b\":1e+300}\n"
            "{\"word\":\"two\\nlines\",\"a, b\":null}\n{\"word\":\"\",\"a, b\":null}\n"
            "{\"word\":null,\"a, b\":2.5}\n");
  ASSERT_TRUE(files_.remove("/text", false, Deadline::never()).is_ok());
  EXPECT_EQ(text(batch->SelectColumns({0}).ValueOrDie(), OutputFormat::kText),
            "plain\na,b\nsay \"hi\"\ntwo lines\n\n\n");
}

TEST_F(FileWriterTest, TimesAreIso8601) {
  arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                                arrow::default_memory_pool());
  ASSERT_TRUE(times.AppendValues({0, 1'372'636'799'000'001, -1}).ok());
  arrow::Date32Builder dates;
  ASSERT_TRUE(dates.AppendValues({0, 15'887, -1}).ok());
  const auto batch = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("t", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
                     arrow::field("d", arrow::date32())}),
      3, {times.Finish().ValueOrDie(), dates.Finish().ValueOrDie()});
  EXPECT_EQ(text(batch, OutputFormat::kCsv),
            "t,d\n1970-01-01T00:00:00Z,1970-01-01\n2013-06-30T23:59:59.000001Z,2013-07-01\n"
            "1969-12-31T23:59:59.999999Z,1969-12-31\n");
}

TEST_F(FileWriterTest, RefusesWhatTheFormatCannotHold) {
  const auto batch = rows(3);
  WriterOptions options;
  options.format = OutputFormat::kText;
  EXPECT_EQ(write(batch, options, {}, "/a").status().code(), Code::kInvalidArgument);
  EXPECT_FALSE(files_.stat("/a", Deadline::never()).is_ok());
  options.format = OutputFormat::kParquet;
  options.compression = "rar";
  EXPECT_EQ(write(batch, options, {}, "/b").status().code(), Code::kInvalidArgument);
  EXPECT_FALSE(files_.stat("/b", Deadline::never()).is_ok());
}

TEST_F(FileWriterTest, AFileThatWasNotClosedIsNoParquet) {
  {
    auto writer = FileWriter::create(files_, "/left", rows(3)->schema(), {}, Deadline::never());
    ASSERT_TRUE(writer.is_ok());
    ASSERT_TRUE((*writer)->write(*rows(3)).is_ok());
  }
  const std::string left = content("/left");
  EXPECT_FALSE(left.ends_with("PAR1") && left.size() > 4);
}

}  // namespace
}  // namespace howdah::formats
