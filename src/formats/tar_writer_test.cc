#include "formats/tar_writer.h"

#include <gmock/gmock.h>

#include "base/digest.h"
#include "formats/image_source_sample.h"

namespace howdah::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TarWriterTest : public ImageSourceSample {
 protected:
  TarWriterTest() {
    options_.format = prepare::OutputFormat::kTar;
    files_ = systems_.resolve("mem://t/")->files;
    spec_.format = prepare::Format::kTar;
    spec_.uris = {"mem://t/out"};
  }
  std::shared_ptr<arrow::RecordBatch> batch(int rows) {
    arrow::BinaryBuilder images;
    arrow::Int32Builder sides[3];
    arrow::StringBuilder labels, names;
    for (int i = 0; i < rows; ++i) {
      const std::string image =
          i % 3 == 0 ? std::string(12, static_cast<char>(i))
                     : (i % 3 == 1 ? jpeg_file({9, 9, 9, 9}, {2, 2, 1}) : gray_png(i));
      const int shape[3] = {2, 2, i % 3 == 0 ? 3 : 1};
      EXPECT_TRUE(images.Append(image).ok());
      for (int s = 0; s < 3; ++s) EXPECT_TRUE(sides[s].Append(shape[s]).ok());
      EXPECT_TRUE(
          (i == 4 ? labels.AppendNull() : labels.Append("class " + std::to_string(i))).ok());
      EXPECT_TRUE(names.Append("\"" + std::to_string(i)).ok());
    }
    return arrow::RecordBatch::Make(
        arrow::schema(
            {arrow::field("label", arrow::utf8()), arrow::field("image", arrow::binary()),
             arrow::field("height", arrow::int32()), arrow::field("width", arrow::int32()),
             arrow::field("channels", arrow::int32()), arrow::field("name", arrow::utf8())}),
        rows,
        {labels.Finish().ValueOrDie(), images.Finish().ValueOrDie(), sides[0].Finish().ValueOrDie(),
         sides[1].Finish().ValueOrDie(), sides[2].Finish().ValueOrDie(),
         names.Finish().ValueOrDie()});
  }
  Result<FileWriter::Written> write(const std::shared_ptr<arrow::RecordBatch>& batch,
                                    const std::string& path, int64_t piece = 1'000'000) {
    auto writer =
        HOWDAH_TRY(FileWriter::create(*files_, path, batch->schema(), options_, Deadline::never()));
    for (int64_t at = 0; at < batch->num_rows(); at += piece)
      HOWDAH_TRY(writer->write(*batch->Slice(at, piece)));
    return writer->close();
  }
  std::string content(const std::string& path) {
    return *fs::read_file(*files_, path, 1 << 28, Deadline::never());
  }
  WriterOptions options_;
  std::shared_ptr<fs::FileSystem> files_;
};

TEST_F(TarWriterTest, writes_what_the_reader_reads) {
  const auto written = write(batch(6), "/out/a.tar");
  ASSERT_TRUE(written.is_ok()) << written.status().to_string();
  const std::string tar = content("/out/a.tar");
  EXPECT_EQ(written->rows, 6);
  EXPECT_EQ(written->bytes, static_cast<int64_t>(tar.size()));
  EXPECT_EQ(written->sha256, Sha256::hex_of(as_bytes(tar)));
  EXPECT_EQ(tar.size() % kTarBlock, 0U);
  EXPECT_THAT(
      rows_or_error(),
      ElementsAre("class 0|a.tar:000000000.png|2x2x3|0", "class 1|a.tar:000000001.jpg|2x2x1|9",
                  "class 2|a.tar:000000002.png|1x1x1|2", "class 3|a.tar:000000003.png|2x2x3|3",
                  "-|a.tar:000000004.jpg|2x2x1|9", "class 5|a.tar:000000005.png|1x1x1|5"));
  EXPECT_THAT(tar, HasSubstr("{\"height\":2,\"width\":2,\"channels\":3,\"name\":\"\\\"3\"}"));
}

TEST_F(TarWriterTest, writes_bytes_that_depend_on_the_records_alone) {
  ASSERT_TRUE(write(batch(50), "/out/whole.tar").is_ok());
  for (const int64_t piece : {1, 7, 49}) {
    const std::string path = "/out/" + std::to_string(piece) + ".tar";
    ASSERT_TRUE(write(batch(50), path, piece).is_ok());
    EXPECT_EQ(content(path), content("/out/whole.tar"));
  }
}

TEST_F(TarWriterTest, refuses_columns_that_are_no_images_before_there_is_a_file) {
  const auto create = [&](arrow::FieldVector fields) {
    return FileWriter::create(*files_, "/out/a.tar", arrow::schema(std::move(fields)), options_,
                              Deadline::never())
        .status()
        .to_string();
  };
  EXPECT_THAT(create({arrow::field("a", arrow::int64())}), HasSubstr("no column 'image'"));
  EXPECT_THAT(create({arrow::field("image", arrow::utf8())}),
              HasSubstr("the column 'image' holds string, and tar shards need bytes"));
  EXPECT_THAT(
      create({arrow::field("image", arrow::binary()), arrow::field("more", arrow::struct_({}))}),
      HasSubstr("column 'more'"));
  EXPECT_FALSE(files_->stat("/out/a.tar", Deadline::never()).is_ok());
}

TEST_F(TarWriterTest, refuses_a_record_whose_image_is_missing_or_no_image) {
  const auto one = [&](bool missing) {
    arrow::BinaryBuilder images;
    EXPECT_TRUE((missing ? images.AppendNull() : images.Append("abc")).ok());
    const auto rows = arrow::RecordBatch::Make(
        arrow::schema({arrow::field("image", arrow::binary())}), 1, {images.Finish().ValueOrDie()});
    return write(rows, missing ? "/out/m.tar" : "/out/n.tar").status().to_string();
  };
  EXPECT_THAT(one(true), HasSubstr("record 0 has no image"));
  EXPECT_THAT(one(false), HasSubstr("the image of record 0 is neither"));
}

}  // namespace
}  // namespace howdah::formats
