#include "formats/image_source.h"

#include <gmock/gmock.h>

#include "formats/image_source_sample.h"

namespace howdah::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ImageSourceTest : public ImageSourceSample {};

TEST_F(ImageSourceTest, labels_images_by_the_folder_above_them) {
  store("cats/1.png", gray_png(1));
  store("cats/deep/2.png", gray_png(2));
  store("dogs/3.jpg", jpeg_file({9, 9, 9, 9}, {2, 2, 1}));
  store("top.png", gray_png(4));
  EXPECT_THAT(rows_or_error(),
              ElementsAre("cats|cats/1.png|1x1x1|1", "deep|cats/deep/2.png|1x1x1|2",
                          "dogs|dogs/3.jpg|2x2x1|9", "-|top.png|1x1x1|4"));
  const auto source = open_images();
  EXPECT_EQ((*source)->survey(Deadline::never())->to_arrow()->ToString(),
            "image: binary\nheight: int32\nwidth: int32\nchannels: int32\nlabel: string\n"
            "name: string");
}

TEST_F(ImageSourceTest, knows_what_a_file_is_by_its_content) {
  store("a/really-jpeg.png", jpeg_file({9, 9, 9, 9}, {2, 2, 1}));
  store("a/really-png.jpg", gray_png(3));
  EXPECT_THAT(rows_or_error(),
              ElementsAre("a|a/really-jpeg.png|2x2x1|9", "a|a/really-png.jpg|1x1x1|3"));
}

TEST_F(ImageSourceTest, names_the_file_of_each_bad_record) {
  spec_.max_record_bytes = 3'000;
  const std::string jpeg = jpeg_file(smooth_pixels({16, 16, 3}), {16, 16, 3});
  store("a/1.png", gray_png(1));
  store("a/2-cut.jpg", jpeg.substr(0, jpeg.size() / 2));
  store("a/3-empty.png", "");
  store("a/4.gif", "GIF89a.....");
  store("a/5-long.png", gray_png(1) + std::string(3'000, 'x'));
  store("a/6-large.png", png_of(std::vector<uint8_t>(4'900), {70, 70, 1}));
  store("a/7.png", gray_png(7));
  store("b\xff/8.png", gray_png(7));
  const auto all = images();
  ASSERT_TRUE(all.is_ok()) << all.status().to_string();
  EXPECT_THAT(all->rows, ElementsAre("a|a/1.png|1x1x1|1", "a|a/7.png|1x1x1|7"));
  EXPECT_THAT(all->bad,
              ElementsAre("a/2-cut.jpg:1 unreadable: Premature end of JPEG file",
                          "a/3-empty.png:2 unreadable: the file is empty",
                          "a/4.gif:3 unreadable: a GIF image; JPEG and PNG are read",
                          HasSubstr("a/5-long.png:4 too_long: 3"),
                          "a/6-large.png:5 too_long: 4900 bytes of pixels where 3000 can be",
                          HasSubstr("encoding: a name or a label that is not UTF-8")));
  EXPECT_EQ(all->bad_records[0].content, "a/2-cut.jpg");
}

TEST_F(ImageSourceTest, cuts_chunks_of_many_files_by_the_listing_alone) {
  for (int i = 100; i < 150; ++i) store("a/" + std::to_string(i) + ".png", gray_png(i));
  const auto whole = images();
  ASSERT_TRUE(whole.is_ok()) << whole.status().to_string();
  EXPECT_EQ(whole->chunks.size(), 1U);
  EXPECT_EQ(whole->rows.size(), 50U);

  chunk_bytes_ = 8 * 10 * static_cast<int64_t>(gray_png(1).size());
  spec_.uris.clear();
  for (const int64_t portion_bytes : {int64_t{1}, int64_t{1} << 40}) {
    const auto cut = images(portion_bytes);
    ASSERT_TRUE(cut.is_ok()) << cut.status().to_string();
    EXPECT_EQ(cut->rows, whole->rows);
    EXPECT_EQ(cut->read_bytes, whole->read_bytes);
    ASSERT_EQ(cut->chunks.size(), 5U);
    int32_t first = 0;
    for (const auto& [id, records] : cut->chunks) {
      EXPECT_EQ(id, (ChunkId{first, 0}));
      EXPECT_EQ(records, 10);
      first += 10;
    }
  }
  store("a/137.png", "broken");
  const auto broken = images();
  ASSERT_TRUE(broken.is_ok());
  EXPECT_THAT(broken->bad, ElementsAre("a/137.png:7 unreadable: neither JPEG nor PNG"));

  // Resized images fill a chunk by what they become.
  spec_.images.height = spec_.images.width = 64;
  chunk_bytes_ = 10 * 64 * 64 * 3;
  EXPECT_EQ(images()->chunks.size(), 5U);
}

TEST_F(ImageSourceTest, makes_images_of_one_shape) {
  spec_.images = {3, 2, 4, false};
  store("a/1.png", gray_png(5));
  store("a/2.jpg", jpeg_file(smooth_pixels({50, 60, 3}), {50, 60, 3}));
  const auto all = images();
  ASSERT_TRUE(all.is_ok()) << all.status().to_string();
  EXPECT_THAT(all->rows, ElementsAre("a|a/1.png|2x4x3|5", testing::StartsWith("a|a/2.jpg|2x4x3|")));
  const auto& image = static_cast<const arrow::BinaryArray&>(*all->batches[0]->column(0));
  EXPECT_EQ(image.GetView(0), std::string(24, '\5'));
}

TEST_F(ImageSourceTest, keeps_encoded_images_that_can_be_decoded) {
  spec_.images.encoded = true;
  const std::string png = png_of(smooth_pixels({3, 5, 3}), {3, 5, 3});
  store("a/1.png", png);
  store("a/2.png", png.substr(0, png.size() - 3));
  const auto all = images();
  ASSERT_TRUE(all.is_ok()) << all.status().to_string();
  EXPECT_THAT(all->rows, ElementsAre("a|a/1.png|3x5x3|137"));
  EXPECT_EQ(static_cast<const arrow::BinaryArray&>(*all->batches[0]->column(0)).GetView(0), png);
  EXPECT_THAT(all->bad, ElementsAre(HasSubstr("a/2.png:1 unreadable: cut off at byte")));
}

TEST_F(ImageSourceTest, gives_only_the_columns_that_are_asked_for) {
  store("a/1.png", gray_png(5));
  spec_.columns = {"label", "width"};
  const auto all = images();
  ASSERT_TRUE(all.is_ok()) << all.status().to_string();
  EXPECT_EQ(all->batches[0]->schema()->ToString(), "label: string\nwidth: int32");
  spec_.columns = {"lable"};
  EXPECT_THAT(rows_or_error(), ElementsAre(HasSubstr("images have no column 'lable'; there is "
                                                     "'label'")));
  spec_.columns.clear();
  spec_.types = {{"label", prepare::ColumnType::kInt64}};
  EXPECT_THAT(rows_or_error(),
              ElementsAre(HasSubstr("the columns of images have their own types")));
}

TEST_F(ImageSourceTest, stops_where_a_file_is_no_longer_what_was_listed) {
  store("a/1.png", gray_png(5));
  const auto source = open_images();
  ASSERT_TRUE(source.is_ok());
  const auto schema = (*source)->survey(Deadline::never());
  const auto read = [&]() -> Result<ParsedChunk> {
    const auto reader = HOWDAH_TRY((*source)->read({0, 0, 1, 0, 0}, Deadline::never()));
    return (*source)->parse(*HOWDAH_TRY(reader->next(Deadline::never())), *schema);
  };
  EXPECT_TRUE(read().is_ok());
  store("a/1.png", gray_png(5).substr(0, 10));
  EXPECT_EQ(read().status().code(), Code::kCorrupt);
  EXPECT_THAT(read().status().to_string(),
              HasSubstr("mem://t/in/a/1.png: the file ends at byte 10"));
  EXPECT_EQ((*source)->read({1, 0, 1, 0, 0}, Deadline::never()).status().code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::formats
