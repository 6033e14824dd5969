#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "formats/idx_file.h"
#include "formats/idx_sample.h"
#include "formats/image_source_sample.h"

namespace howdah::formats {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

class IdxSourceTest : public ImageSourceSample {
 protected:
  IdxSourceTest() { spec_.format = prepare::Format::kAuto; }
  // Reading one item after the other; or what went wrong.
  Result<std::string> content(const std::string& name, const std::string& bytes) {
    auto files = std::make_shared<fs::MemoryFileSystem>("m");
    formats::store(*files, "/" + name, bytes);
    auto file = HOWDAH_TRY(IdxFile::open(
        {{files, "/" + name}, name, static_cast<int64_t>(bytes.size()), 0}, 3, Deadline::never()));
    std::string all(static_cast<size_t>(file.items() * file.item_bytes()), '\0');
    const MutableBytes into = std::as_writable_bytes(std::span(all));
    const auto item = static_cast<size_t>(file.item_bytes());
    for (size_t at = 0; at < all.size(); at += item)
      HOWDAH_TRY(file.read(into.subspan(at, item), Deadline::never()));
    HOWDAH_TRY(file.finish(Deadline::never()));
    return all;
  }
};

TEST_F(IdxSourceTest, reads_both_sets_with_labels_as_texts) {
  spec_.format = prepare::Format::kIdx;
  store("train-images-idx3-ubyte", idx_images(3));
  store("train-labels-idx1-ubyte", idx_labels(3, 2));
  store("t10k-images-idx3-ubyte.gz", gzip(idx_images(2)));
  store("t10k-labels-idx1-ubyte.gz", gzip(idx_labels(2, 10)));
  store("README", "not read");
  EXPECT_THAT(rows_or_error(), ElementsAre("0|t10k-images-idx3-ubyte.gz:0|2x3x1|0|test",
                                           "1|t10k-images-idx3-ubyte.gz:1|2x3x1|16|test",
                                           "0|train-images-idx3-ubyte:0|2x3x1|0|train",
                                           "1|train-images-idx3-ubyte:1|2x3x1|16|train",
                                           "0|train-images-idx3-ubyte:2|2x3x1|32|train"));
  const auto source = open_images();
  ASSERT_TRUE(source.is_ok());
  EXPECT_EQ((*source)->files().size(), 4U);
}

TEST_F(IdxSourceTest, cuts_plain_files_anywhere_and_gives_the_same_chunks) {
  spec_.format = prepare::Format::kIdx;
  chunk_bytes_ = 10 * 6;
  store("train-images", idx_images(95));
  store("train-labels", idx_labels(95, 7));
  const auto whole = images(int64_t{1} << 40);
  ASSERT_TRUE(whole.is_ok()) << whole.status().to_string();
  EXPECT_EQ(whole->chunks.size(), 10U);
  EXPECT_EQ(whole->rows[94], "3|train-images:94|2x3x1|224|train");
  EXPECT_EQ(whole->read_bytes, 16 + 95 * 6 + 8 + 95);
  for (const int64_t bytes : {1, 150, 300}) {
    const auto cut = images(bytes);
    ASSERT_TRUE(cut.is_ok()) << cut.status().to_string();
    EXPECT_EQ(cut->rows, whole->rows);
    EXPECT_EQ(cut->chunks, whole->chunks);
  }
  const auto portions = (*open_images())->portions(150, Deadline::never());
  ASSERT_EQ(portions->size(), 5U);
  EXPECT_EQ((*portions)[1].offset_bytes, 16 + 20 * 6);
  EXPECT_EQ((*portions)[4].bytes, 15 * 7);
  spec_.images = {3, 4, 6, false};
  EXPECT_THAT(images()->rows, Each(HasSubstr("|4x6x3|")));
}

TEST_F(IdxSourceTest, refuses_halves_of_pairs_and_files_that_disagree) {
  spec_.format = prepare::Format::kIdx;
  store("README", "x");
  EXPECT_THAT(rows_or_error(), ElementsAre(HasSubstr("no images in IDX among the files")));
  store("train-images", idx_images(3));
  EXPECT_THAT(rows_or_error(),
              ElementsAre(HasSubstr("train-images is there, train-labels is not")));
  store("train-labels", idx_labels(2, 2));
  EXPECT_THAT(rows_or_error(), ElementsAre(HasSubstr("2 labels, where train-images has 3 images")));
  store("train-labels", idx_labels(3, 2));
  spec_.images.encoded = true;
  EXPECT_THAT(rows_or_error(), ElementsAre(HasSubstr("IDX holds pixels")));
}

TEST_F(IdxSourceTest, keeps_no_file_open_where_the_labels_are_damaged) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("howdah-idx-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "train-images") << idx_images(3);
  std::ofstream(folder / "train-labels") << "no labels";
  spec_.uris = {"file://" + folder.string()};
  spec_.format = prepare::Format::kIdx;
  const auto open_files = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto source = open();
  ASSERT_TRUE(source.is_ok()) << source.status().to_string();
  const auto before = open_files();
  EXPECT_EQ((*source)->survey(Deadline::never()).status().code(), Code::kCorrupt);
  EXPECT_EQ(open_files(), before);
  std::filesystem::remove_all(folder);
}

TEST_F(IdxSourceTest, names_the_images_that_a_folder_of_labels_lacks) {
  store("t10k-labels-idx1-ubyte.gz", gzip(idx_labels(3, 2)));
  EXPECT_THAT(rows_or_error(), ElementsAre(HasSubstr("t10k-labels-idx1-ubyte.gz is there, "
                                                     "t10k-images-idx3-ubyte.gz is not")));
}

TEST_F(IdxSourceTest, knows_gzip_by_the_content_and_refuses_other_content_under_its_name) {
  const std::string images = idx_images(5);
  EXPECT_EQ(*content("train-images", gzip(images)), images.substr(16));
  EXPECT_EQ(*content("train-images.gz", gzip(images)), images.substr(16));
  EXPECT_EQ(*content("train-images.gz", gzip(images.substr(0, 20)) + gzip(images.substr(20))),
            images.substr(16));
  EXPECT_THAT(content("a.gz", "PK\x03\x04").status().to_string(),
              HasSubstr("mem://m/a.gz: does not begin as gzip does"));
  EXPECT_THAT(content("a.gz", gzip(images) + "x").status().to_string(),
              HasSubstr("something else follows"));
}

TEST_F(IdxSourceTest, never_takes_a_damaged_gzip_for_content) {
  const std::string images = idx_images(5), whole = gzip(images);
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_EQ(content("a.gz", whole.substr(0, length)).status().code(), Code::kCorrupt) << length;
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    const auto outcome = content("a.gz", bytes);
    // Some bits mean nothing: the time in the header, padding.
    if (outcome.is_ok()) {
      EXPECT_EQ(*outcome, images.substr(16)) << bit;
    } else {
      EXPECT_EQ(outcome.status().code(), Code::kCorrupt) << bit;
    }
  }
}

}  // namespace
}  // namespace howdah::formats
