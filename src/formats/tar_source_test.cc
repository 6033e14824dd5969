#include <gmock/gmock.h>

#include "formats/idx_sample.h"
#include "formats/image_source_sample.h"
#include "formats/tar_reader.h"

namespace howdah::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class TarSourceTest : public ImageSourceSample {
 protected:
  TarSourceTest() { spec_.format = prepare::Format::kTar; }
  std::vector<std::string> rows_of_tar(const std::string& content) {
    ImageSourceSample::store("a.tar", content);
    return rows_or_error();
  }
};

TEST_F(TarSourceTest, makes_a_record_of_the_members_of_one_name) {
  EXPECT_THAT(
      rows_of_tar(tar_member("x/0001.png", gray_png(1)) + tar_member("x/0001.cls", "7\n") +
                  tar_member("x/0001.txt", "a caption") + tar_member("x/0001.json", "{}") +
                  tar_member("x/0002.txt", " a cat ") + tar_member("x/0002.PNG", gray_png(2)) +
                  tar_member("./y/0001.png", gray_png(3)) + tar_member("0001.png", gray_png(4)) +
                  tar_end()),
      ElementsAre("7|a.tar:x/0001.png|1x1x1|1", "a cat|a.tar:x/0002.PNG|1x1x1|2",
                  "y|a.tar:y/0001.png|1x1x1|3", "-|a.tar:0001.png|1x1x1|4"));
}

TEST_F(TarSourceTest, passes_over_folders_links_and_hidden_files) {
  EXPECT_THAT(rows_of_tar(tar_member("x/", "", '5') + tar_member("x/1.png", "", '2') +
                          tar_member("x/._2.png", "resource fork") +
                          tar_member("x/2.png", gray_png(2)) + tar_end()),
              ElementsAre("x|a.tar:x/2.png|1x1x1|2"));
}

TEST_F(TarSourceTest, reads_long_names_of_gnu_and_pax) {
  const std::string folder(200, 'f');
  const std::string path = "path=" + folder + "/p.png\n";
  const std::string record = std::to_string(path.size() + 4) + " " + path;
  EXPECT_THAT(
      rows_of_tar(tar_member("@", folder + "/g.png" + std::string(1, '\0'), 'L') +
                  tar_member("cut", gray_png(1)) + tar_member("pax", record, 'x') +
                  tar_member("cut", gray_png(2)) + tar_member("g", "19 comment=nothing\n", 'g') +
                  tar_member("b/s.png", gray_png(3)) + tar_end()),
      ElementsAre(folder + "|a.tar:" + folder + "/g.png|1x1x1|1",
                  folder + "|a.tar:" + folder + "/p.png|1x1x1|2", "b|a.tar:b/s.png|1x1x1|3"));
}

TEST_F(TarSourceTest, tells_what_is_wrong_with_a_sample) {
  spec_.max_record_bytes = 1'000;
  store("a.tar", tar_member("1.json", "{}") + tar_member("1.txt", "x") +
                     tar_member("2.png", gray_png(1)) + tar_member("2.jpg", gray_png(1)) +
                     tar_member("3.png", std::string(1'001, 'x')) +
                     tar_member("4.png", "no image") + tar_member("4.cls", "1") +
                     tar_member("5.png", gray_png(1)) + tar_member("5.cls", "\xff") +
                     tar_member("6.png", gray_png(6)) + tar_end());
  const auto all = images();
  ASSERT_TRUE(all.is_ok()) << all.status().to_string();
  EXPECT_THAT(all->rows, ElementsAre("-|a.tar:6.png|1x1x1|6"));
  EXPECT_THAT(all->bad,
              ElementsAre("a.tar:0 unreadable: no image among the sample's members: json, txt",
                          "a.tar:1 unreadable: several images in one sample",
                          "a.tar:2 too_long: 1001 bytes where max_record_bytes allows 1000",
                          "a.tar:3 unreadable: neither JPEG nor PNG",
                          "a.tar:4 encoding: a name or a label that is not UTF-8"));
  EXPECT_EQ(all->bad_records[3].offset, 2048 + 2048 + 512 + 1024);
  EXPECT_EQ(all->bad_records[3].content, "a.tar:4.png");
}

TEST_F(TarSourceTest, cuts_chunks_of_whole_samples_and_reads_compressed_shards_alike) {
  std::string tar;
  for (int i = 0; i < 40; ++i)
    tar += tar_member(std::to_string(i) + ".png", gray_png(i)) +
           tar_member(std::to_string(i) + ".cls", std::to_string(i % 3));
  tar += tar_end();
  store("a.tar", tar);
  const auto whole = images();
  ASSERT_TRUE(whole.is_ok()) << whole.status().to_string();
  EXPECT_EQ(whole->rows.size(), 40U);
  EXPECT_EQ(whole->rows[39], "0|a.tar:39.png|1x1x1|39");
  EXPECT_EQ(whole->chunks.size(), 1U);
  chunk_bytes_ = 8 * 10 * static_cast<int64_t>(gray_png(1).size());
  const auto cut = images();
  ASSERT_TRUE(cut.is_ok());
  EXPECT_EQ(cut->rows, whole->rows);
  EXPECT_EQ(cut->chunks.size(), 4U);
  EXPECT_EQ(cut->read_bytes, static_cast<int64_t>(tar.size()));

  for (const char* name : {"a.tar.gz", "a.tgz"}) {
    store(name, gzip(tar));
    spec_.uris = {std::string("mem://t/in/") + name};
    spec_.format = prepare::Format::kAuto;
    chunk_bytes_ = kChunkBytes;
    const auto compressed = images();
    ASSERT_TRUE(compressed.is_ok()) << compressed.status().to_string();
    ASSERT_EQ(compressed->rows.size(), 40U);
    EXPECT_EQ(compressed->rows[39], std::string("0|") + name + ":39.png|1x1x1|39");
  }
}

TEST_F(TarSourceTest, names_file_and_byte_where_an_archive_is_cut_off) {
  const std::string tar = tar_member("1.png", gray_png(1)) + tar_end();
  for (const size_t length :
       {size_t{1}, size_t{511}, size_t{512}, size_t{560}, size_t{1000}, size_t{1024}, size_t{1100}})
    EXPECT_THAT(rows_of_tar(tar.substr(0, length)),
                ElementsAre(HasSubstr("mem://t/in/a.tar: the archive is cut off at byte " +
                                      std::to_string(length))));
  EXPECT_THAT(rows_of_tar(tar.substr(0, 1536)), ElementsAre("-|a.tar:1.png|1x1x1|1"));
  EXPECT_THAT(rows_of_tar(""), IsEmpty());
}

TEST_F(TarSourceTest, refuses_what_is_no_archive) {
  std::string tar = tar_member("1.png", gray_png(1)) + tar_end();
  EXPECT_THAT(rows_of_tar(tar + tar),
              ElementsAre(HasSubstr("something follows the archive's end at byte 2048")));
  EXPECT_THAT(rows_of_tar(std::string(600, 'x')), ElementsAre(HasSubstr("a wrong checksum at byte "
                                                                        "0")));
  tar[3] ^= 1;
  EXPECT_THAT(rows_of_tar(tar), ElementsAre(HasSubstr("a wrong checksum at byte 0")));
  EXPECT_THAT(rows_of_tar(tar_member("s", "", 'S') + tar_end()),
              ElementsAre(HasSubstr("a sparse file at byte 0")));
  EXPECT_THAT(rows_of_tar(tar_member("p", "9999 path=x\n", 'x') + tar_end()),
              ElementsAre(HasSubstr("a damaged pax record at byte 0")));
  EXPECT_THAT(rows_of_tar(tar_member("p", "11 size=-1\n", 'x') + tar_end()),
              ElementsAre(HasSubstr("a pax record whose size is no number")));
  EXPECT_THAT(rows_of_tar(tar_member("l", std::string((1 << 20) + 1, 'x'), 'L') + tar_end()),
              ElementsAre(HasSubstr("attributes of 1048577 bytes")));
}

TEST(TarHeader, reads_sizes_in_octal_and_in_binary) {
  TarBlock block = tar_header("a/b.png", 8'589'934'591);
  auto header = parse_tar_header(block);
  ASSERT_TRUE(header.is_ok()) << header.status().to_string();
  EXPECT_EQ(header->name, "a/b.png");
  EXPECT_EQ(header->size_bytes, 8'589'934'591);
  EXPECT_EQ(header->type, '0');

  const auto with_size = [&](const std::string& field) {
    std::copy(field.begin(), field.end(), block.begin() + 124);
    int sum = 0;
    for (size_t i = 0; i < block.size(); ++i)
      sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block[i]);
    std::snprintf(block.data() + 148, 8, "%06o", static_cast<unsigned>(sum) & 0777777);
    return parse_tar_header(block);
  };
  EXPECT_EQ(with_size(std::string("\x80\0\0\0\0\0\0\2\0\0\0\1", 12))->size_bytes, 8'589'934'593);
  EXPECT_EQ(with_size("        12 \0")->size_bytes, 10);
  EXPECT_FALSE(with_size("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff").is_ok());
  EXPECT_FALSE(
      with_size(std::string("\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12)).is_ok());
  EXPECT_FALSE(with_size("00000000009\0").is_ok());
}

}  // namespace
}  // namespace howdah::formats
