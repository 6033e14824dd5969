#include "mapreduce/splits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah::mapreduce {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Deadline kSoon = Deadline::after(std::chrono::seconds(10));

class Splits : public testing::Test {
 protected:
  void write(const std::string& path, size_t size) {
    const auto place = files_.resolve("mem://splits" + path);
    ASSERT_TRUE(
        fs::write_file(*place->files, place->path, as_bytes(std::string(size, 'x')), {}, kSoon));
  }
  // "/a@0+10" for each split.
  std::vector<std::string> plan(const std::vector<std::string>& paths,
                                const SplitLimits& limits = {}) {
    std::vector<std::string> uris, shown;
    for (const std::string& path : paths) uris.push_back("mem://splits" + path);
    const auto splits = plan_splits(files_, uris, limits, kSoon);
    status_ = splits.status();
    if (!splits) return {};
    for (const InputSplit& split : *splits)
      shown.push_back(split.uri.substr(12) + "@" + std::to_string(split.offset_bytes) + "+" +
                      std::to_string(split.length_bytes));
    return shown;
  }
  fs::FileSystems files_{{}, {"me", ""}, {}};
  Status status_;
};

TEST_F(Splits, cover_every_byte_once_and_the_last_may_be_a_tenth_longer) {
  write("/a", 205);
  write("/b", 215);
  SplitLimits limits;
  limits.max_bytes = 100;
  EXPECT_THAT(plan({"/a"}, limits), ElementsAre("/a@0+100", "/a@100+105"));
  EXPECT_THAT(plan({"/b"}, limits), ElementsAre("/b@0+100", "/b@100+100", "/b@200+15"));
}

TEST_F(Splits, leave_compressed_and_whole_files_undivided) {
  write("/a.gz", 1000);
  write("/b", 1000);
  SplitLimits limits;
  limits.max_bytes = 600;
  EXPECT_THAT(plan({"/a.gz", "/b"}, limits), ElementsAre("/a.gz@0+1000", "/b@0+600", "/b@600+400"));
  limits.whole_files = true;
  EXPECT_THAT(plan({"/b"}, limits), ElementsAre("/b@0+1000"));
}

TEST_F(Splits, of_folders_and_patterns_leave_out_hidden_and_empty_files_and_count_none_twice) {
  write("/d/part-1", 1);
  write("/d/part-2", 2);
  write("/d/_SUCCESS", 3);
  write("/d/.crc", 3);
  write("/d/empty", 0);
  write("/e/part-3", 4);
  EXPECT_THAT(plan({"/d"}), ElementsAre("/d/part-1@0+1", "/d/part-2@0+2"));
  EXPECT_THAT(plan({"/d/part-?", "/d/part-1"}), ElementsAre("/d/part-1@0+1", "/d/part-2@0+2"));
  EXPECT_THAT(plan({"/{d,e}/part-[23]"}), ElementsAre("/d/part-2@0+2", "/e/part-3@0+4"));
  EXPECT_THAT(plan({"/*"}), ElementsAre("/d/part-1@0+1", "/d/part-2@0+2", "/e/part-3@0+4"));
}

TEST_F(Splits, a_name_that_looks_like_a_pattern_is_found) {
  write("/d/[1]", 1);
  EXPECT_THAT(plan({"/d/[1]"}), ElementsAre("/d/[1]@0+1"));
}

TEST_F(Splits, what_is_not_there_is_named) {
  write("/d/sub/file", 1);
  write("/d/empty", 0);
  plan({"/nowhere"});
  EXPECT_EQ(status_.code(), Code::kNotFound);
  EXPECT_THAT(status_.to_string(), testing::HasSubstr("/nowhere"));
  plan({"/d/x*"});
  EXPECT_EQ(status_.code(), Code::kNotFound);
  plan({"/d"});
  EXPECT_EQ(status_.code(), Code::kInvalidArgument) << status_.to_string();
  plan({"/d/empty"});
  EXPECT_EQ(status_.code(), Code::kInvalidArgument) << status_.to_string();
}

TEST_F(Splits, more_than_the_limit_are_refused) {
  write("/a", 100);
  SplitLimits limits;
  limits.max_bytes = 1;
  limits.max_splits = 99;
  plan({"/a"}, limits);
  EXPECT_EQ(status_.code(), Code::kInvalidArgument);
}

TEST(SplitsOfLines, begin_on_the_newline_before_their_first_line) {
  const auto splits = splits_of_lines("u", "aa\nb\n\ncccc", 2);
  ASSERT_EQ(splits.size(), 2u);
  EXPECT_EQ(splits[0].offset_bytes, 0);
  EXPECT_EQ(splits[0].length_bytes, 4);
  EXPECT_EQ(splits[1].offset_bytes, 4);
  EXPECT_EQ(splits[1].length_bytes, 5);
  EXPECT_THAT(splits_of_lines("u", "", 2), IsEmpty());
  EXPECT_EQ(splits_of_lines("u", "a\nb\nc\n", 1).size(), 3u);
}

}  // namespace
}  // namespace howdah::mapreduce
