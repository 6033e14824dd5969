#include "fs/uri.h"

#include <gtest/gtest.h>

namespace howdah::fs {
namespace {

void expect(const char* text, const char* scheme, const char* authority, const char* path) {
  const auto uri = Uri::parse(text);
  ASSERT_TRUE(uri) << uri.status().to_string();
  EXPECT_EQ(uri->scheme, scheme) << text;
  EXPECT_EQ(uri->authority, authority) << text;
  EXPECT_EQ(uri->path, path) << text;
}

TEST(Uri, is_taken_apart_as_hadoop_writes_it) {
  expect("hdfs://host:9000/a/b", "hdfs", "host:9000", "/a/b");
  expect("HDFS://service", "hdfs", "service", "/");
  expect("hdfs:///a", "hdfs", "", "/a");
  expect("file:/a", "file", "", "/a");
  expect("/a/b", "", "", "/a/b");
  expect("a/b", "", "", "a/b");
  expect("", "", "", "");
}

TEST(Uri, leaves_every_character_of_a_path_as_it_is) {
  expect("/a b%20#?x", "", "", "/a b%20#?x");
  expect("dir/a:b", "", "", "dir/a:b");
  expect("hdfs://h/a:b", "hdfs", "h", "/a:b");
}

TEST(Uri, refuses_a_scheme_with_a_relative_path) {
  EXPECT_EQ(Uri::parse("file:a").status().code(), Code::kInvalidArgument);
  EXPECT_FALSE(Uri::parse("hdfs:a").status().advice().empty());
}

}  // namespace
}  // namespace howdah::fs
