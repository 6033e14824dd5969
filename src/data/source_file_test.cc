#include "data/source_file.h"

#include <gtest/gtest.h>

#include "data/idx_sample.h"

namespace howdah::data {
namespace {

class SourceFileTest : public testing::Test {
 protected:
  std::string content_ = [] {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += std::to_string(i * 7919);
    return text;
  }();
  std::shared_ptr<fs::MemoryFileSystem> files_ = std::make_shared<fs::MemoryFileSystem>("m");

  // The whole content, read in pieces; or what went wrong.
  Result<std::string> read(const std::string& name, const std::string& bytes,
                           size_t piece = 100'003) {
    store(*files_, "/" + name, bytes);
    auto file = HOWDAH_TRY(SourceFile::open({files_, "/" + name}, Deadline::never()));
    std::string all, part(piece, '\0');
    while (true) {
      const size_t count =
          HOWDAH_TRY(file.read(std::as_writable_bytes(std::span(part)), Deadline::never()));
      all.append(part, 0, count);
      EXPECT_EQ(file.position(), static_cast<int64_t>(all.size()));
      if (count < piece) return all;
    }
  }
  void expect_corrupt(const std::string& name, const std::string& bytes, const std::string& what) {
    const auto outcome = read(name, bytes);
    EXPECT_EQ(outcome.status().code(), Code::kCorrupt) << what;
    EXPECT_NE(outcome.status().message().find(what), std::string::npos)
        << outcome.status().to_string();
    EXPECT_EQ(outcome.status().peer(), "mem://m/" + name);
  }
};

TEST_F(SourceFileTest, delivers_plain_and_compressed_content_alike) {
  ASSERT_GT(content_.size(), 1U << 20);
  EXPECT_EQ(*read("plain", content_), content_);
  EXPECT_EQ(*read("file.gz", gzip(content_)), content_);
  EXPECT_EQ(*read("compressed", gzip(content_)), content_) << "known by its bytes, not its name";
  EXPECT_EQ(*read("file.gz", gzip("abc"), 1), "abc");
  EXPECT_EQ(*read("file.gz", gzip("")), "");
}

TEST_F(SourceFileTest, reads_several_members_of_gzip_as_one) {
  EXPECT_EQ(*read("file.gz", gzip("one ") + gzip("") + gzip("two")), "one two");
}

TEST_F(SourceFileTest, refuses_an_empty_file) {
  expect_corrupt("a", "", "the file is empty");
}

TEST_F(SourceFileTest, refuses_what_is_named_gz_and_is_not) {
  expect_corrupt("a.gz", "PK\x03\x04", "does not begin as gzip does");
  expect_corrupt("a.gz", "\x1f", "does not begin as gzip does");
}

TEST_F(SourceFileTest, refuses_a_gzip_that_is_cut_off_anywhere) {
  const std::string whole = gzip("some content that is long enough");
  for (size_t length = 2; length < whole.size(); ++length) {
    expect_corrupt("a.gz", whole.substr(0, length), "cut off at byte " + std::to_string(length));
  }
}

TEST_F(SourceFileTest, refuses_a_wrong_checksum_and_a_wrong_length) {
  std::string bytes = gzip(content_);
  bytes[bytes.size() - 8] ^= 1;
  expect_corrupt("a.gz", bytes, "incorrect data check");
  bytes = gzip(content_);
  bytes[bytes.size() - 4] ^= 1;
  expect_corrupt("a.gz", bytes, "incorrect length check");
}

TEST_F(SourceFileTest, never_takes_a_flipped_bit_for_content) {
  const std::string content = "some content that is long enough";
  const std::string whole = gzip(content);
  int refused = 0;
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    const auto outcome = read("a.gz", bytes);
    // Some bits mean nothing: the time in the header, padding.
    if (outcome.is_ok()) {
      EXPECT_EQ(*outcome, content) << bit;
    } else {
      EXPECT_EQ(outcome.status().code(), Code::kCorrupt) << bit;
      ++refused;
    }
  }
  EXPECT_GT(refused, 300);
}

TEST_F(SourceFileTest, refuses_what_follows_the_gzip_stream) {
  const std::string whole = gzip("abc");
  expect_corrupt("a.gz", whole + "garbage",
                 "something else follows the gzip stream at byte " + std::to_string(whole.size()));
  expect_corrupt("a.gz", whole + '\0', "something else follows");
  expect_corrupt("a.gz", whole + "\x1fgarbage", "corrupt gzip");
}

TEST_F(SourceFileTest, tells_a_missing_file_from_a_damaged_one) {
  EXPECT_EQ(SourceFile::open({files_, "/none"}, Deadline::never()).status().code(),
            Code::kNotFound);
}

}  // namespace
}  // namespace howdah::data
