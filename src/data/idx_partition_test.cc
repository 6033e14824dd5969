#include "data/idx_partition.h"

#include <gtest/gtest.h>

#include "formats/idx_sample.h"

namespace howdah::data {
namespace {

using formats::be32;
using formats::gzip;
using formats::idx_images;
using formats::idx_labels;
using formats::store;

class IdxTest : public testing::Test {
 protected:
  std::shared_ptr<fs::MemoryFileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("m");
  const fs::Location folder_{files_, "/set"};

  void put(const std::string& name, const std::string& bytes) {
    store(*files_, "/set/" + name, bytes);
  }
  // All records of the first pair, in pieces; or what went wrong.
  Result<std::vector<std::byte>> read(int64_t classes = 256, int64_t piece = 3) {
    const auto pairs = HOWDAH_TRY(formats::find_idx_pairs(folder_, Deadline::never()));
    auto reader = HOWDAH_TRY(IdxPartitionReader::open(pairs[0], classes, Deadline::never()));
    std::vector<std::byte> all, some;
    for (int64_t done = 0; done < reader.records(); done += piece) {
      HOWDAH_TRY(reader.read(piece, some, Deadline::never()));
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  void expect_error(Code code, const std::string& peer, const std::string& what) {
    const Status status = read().status();
    EXPECT_EQ(status.code(), code) << status.to_string();
    EXPECT_EQ(status.peer(), "mem://m/set" + peer);
    EXPECT_NE(status.message().find(what), std::string::npos) << status.to_string();
  }
};

TEST_F(IdxTest, reads_images_and_labels_as_records) {
  for (const bool compressed : {false, true}) {
    const std::string suffix = compressed ? ".gz" : "";
    put("train-images-idx3-ubyte" + suffix, compressed ? gzip(idx_images(7)) : idx_images(7));
    put("train-labels-idx1-ubyte" + suffix, compressed ? gzip(idx_labels(7, 3)) : idx_labels(7, 3));
    for (const int64_t piece : {1, 3, 7, 100}) {
      const auto records = read(3, piece);
      ASSERT_TRUE(records.is_ok()) << records.status().to_string();
      ASSERT_EQ(records->size(), 70U);
      for (size_t i = 0; i < 7; ++i) {
        for (size_t j = 0; j < 6; ++j) {
          EXPECT_EQ((*records)[i * 10 + j], static_cast<std::byte>(i * 16 + j));
        }
        EXPECT_EQ((*records)[i * 10 + 6], static_cast<std::byte>(i % 3));
        for (size_t j = 7; j < 10; ++j) EXPECT_EQ((*records)[i * 10 + j], std::byte{0});
      }
    }
    ASSERT_TRUE(files_->remove("/set", true, Deadline::never()).is_ok());
  }
}

TEST_F(IdxTest, finds_pairs_by_their_names) {
  for (const char* name : {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
                           "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte", "README"}) {
    put(name, "x");
  }
  const auto pairs = formats::find_idx_pairs(folder_, Deadline::never());
  ASSERT_TRUE(pairs.is_ok()) << pairs.status().to_string();
  ASSERT_EQ(pairs->size(), 2U);
  EXPECT_EQ((*pairs)[0].partition, "train");
  EXPECT_EQ((*pairs)[1].partition, "test");
  EXPECT_EQ((*pairs)[1].images.name, "t10k-images.idx3-ubyte");
}

TEST_F(IdxTest, misses_halves_of_pairs_and_refuses_two_candidates) {
  EXPECT_EQ(read().status().code(), Code::kNotFound) << "no folder";
  put("README", "x");
  expect_error(Code::kNotFound, "", "no training data in IDX");
  put("train-images", idx_images(2));
  expect_error(Code::kNotFound, "", "train-images is there, train-labels is not");
  put("train-labels", idx_labels(2, 2));
  EXPECT_TRUE(read().is_ok());
  put("test-labels", idx_labels(2, 2));
  expect_error(Code::kNotFound, "", "test-labels is there, test-images is not");
  put("test-images", idx_images(2));
  put("t10k-images", idx_images(2));
  expect_error(Code::kInvalidArgument, "", "both t10k-images and test-images");
}

TEST_F(IdxTest, refuses_a_file_where_the_folder_is_due) {
  store(*files_, "/set", "x");
  expect_error(Code::kInvalidArgument, "", "a file, where a folder is due");
}

TEST_F(IdxTest, refuses_another_magic_number) {
  put("train-images", idx_labels(2, 2));
  put("train-labels", idx_labels(2, 2));
  expect_error(Code::kCorrupt, "/train-images", "00000801 at byte 0, where 00000803");
  put("train-images", "ab");
  expect_error(Code::kCorrupt, "/train-images", "it ends at byte 2");
  put("train-images", idx_images(2).substr(0, 9));
  expect_error(Code::kCorrupt, "/train-images", "cut off at byte 9");
  put("train-images", "");
  expect_error(Code::kCorrupt, "/train-images", "the file is empty");
}

TEST_F(IdxTest, refuses_files_that_disagree_about_the_number_of_records) {
  put("train-images", idx_images(4));
  put("train-labels", idx_labels(3, 2));
  expect_error(Code::kCorrupt, "/train-labels", "3 labels, where train-images has 4 images");
}

TEST_F(IdxTest, refuses_a_file_of_another_length_than_its_header_says) {
  put("train-labels", idx_labels(4, 2));
  put("train-images", idx_images(4) + "x");
  expect_error(Code::kCorrupt, "/train-images", "the file has 41 bytes, its header says 40");
  put("train-images", idx_images(4).substr(0, 39));
  expect_error(Code::kCorrupt, "/train-images", "the file has 39 bytes, its header says 40");
  put("train-images", gzip(idx_images(4) + "x"));
  expect_error(Code::kCorrupt, "/train-images", "goes on after byte 40");
  put("train-images", gzip(idx_images(4).substr(0, 39)));
  expect_error(Code::kCorrupt, "/train-images", "ends at byte 39, its header says 40");
}

TEST_F(IdxTest, notices_a_wrong_checksum_behind_the_last_record) {
  put("train-labels", idx_labels(4, 2));
  std::string images = gzip(idx_images(4));
  images[images.size() - 8] ^= 1;
  put("train-images", images);
  expect_error(Code::kCorrupt, "/train-images", "incorrect data check");
}

TEST_F(IdxTest, refuses_dimensions_that_overflow_without_allocating_them) {
  put("train-labels", idx_labels(4, 2));
  for (const auto& [height, width] : std::vector<std::pair<uint32_t, uint32_t>>{
           {0, 3}, {0xffffffff, 3}, {65536, 65536}, {8192, 8193}}) {
    put("train-images", gzip(be32(0x803) + be32(4) + be32(height) + be32(width)));
    expect_error(Code::kCorrupt, "/train-images", "a dimension of");
  }
  put("train-images", be32(0x803) + be32(0xffffffff) + be32(8191) + be32(8191));
  expect_error(Code::kCorrupt, "/train-images", "the file has 16 bytes, its header says");
  put("train-images", be32(0x803) + be32(0) + be32(2) + be32(3));
  expect_error(Code::kCorrupt, "/train-images", "a dimension of 0 at byte 4");
}

TEST_F(IdxTest, names_the_position_of_a_label_outside_the_classes) {
  put("train-images", idx_images(7));
  put("train-labels", gzip(idx_labels(7, 6)));
  EXPECT_TRUE(read(6).is_ok());
  const Status status = read(5).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_EQ(status.peer(), "mem://m/set/train-labels");
  EXPECT_NE(status.message().find("a label of 5 at byte 13, where 0 to 4 can be"),
            std::string::npos)
      << status.to_string();
}

}  // namespace
}  // namespace howdah::data
