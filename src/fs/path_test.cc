#include "fs/path.h"

#include <gtest/gtest.h>

namespace howdah::fs {
namespace {

TEST(Path, is_normalized_without_touching_the_file_system) {
  EXPECT_EQ(*normalize_path("/"), "/");
  EXPECT_EQ(*normalize_path("//a///b/"), "/a/b");
  EXPECT_EQ(*normalize_path("/a/./b/../c"), "/a/c");
  EXPECT_EQ(*normalize_path("/../.."), "/");
  EXPECT_EQ(*normalize_path("/a/..b/..."), "/a/..b/...");
  EXPECT_EQ(normalize_path("a").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(normalize_path("").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(normalize_path(std::string("/a\0b", 4)).status().code(), Code::kInvalidArgument);
}

TEST(Path, comes_apart_and_together) {
  EXPECT_EQ(parent_path("/a/b"), "/a");
  EXPECT_EQ(parent_path("/a"), "/");
  EXPECT_EQ(parent_path("/"), "/");
  EXPECT_EQ(base_name("/a/b"), "b");
  EXPECT_EQ(base_name("/"), "");
  EXPECT_EQ(join_path("/", "a"), "/a");
  EXPECT_EQ(join_path("/a", "b"), "/a/b");
}

}  // namespace
}  // namespace howdah::fs
