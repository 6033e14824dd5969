#include "fs/file_systems.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace howdah::fs {
namespace {

using ::testing::HasSubstr;

FileSystems with(std::initializer_list<std::pair<const char*, const char*>> settings) {
  hadoop::Configuration configuration;
  for (const auto& [key, value] : settings) configuration.set(key, value);
  return FileSystems(std::move(configuration), {"alice", ""}, {});
}
std::string uri_of(FileSystems& systems, const std::string& text) {
  const auto location = systems.resolve(text);
  return location ? location->uri() : location.status().to_string();
}

TEST(FileSystems, resolves_every_way_to_write_a_file) {
  auto systems = with({{"fs.defaultFS", "hdfs://node:9000"}});
  EXPECT_EQ(uri_of(systems, "hdfs://other:1/a//b/../c"), "hdfs://other:1/a/c");
  EXPECT_EQ(uri_of(systems, "hdfs:///a"), "hdfs://node:9000/a");
  EXPECT_EQ(uri_of(systems, "/a"), "hdfs://node:9000/a");
  EXPECT_EQ(uri_of(systems, "a/b"), "hdfs://node:9000/user/alice/a/b");
  EXPECT_EQ(uri_of(systems, "file:///a"), "file:///a");
  EXPECT_EQ(uri_of(systems, "file:/a"), "file:///a");
  EXPECT_EQ(uri_of(systems, "mem://name/a"), "mem://name/a");
  EXPECT_EQ(systems.home()->uri(), "hdfs://node:9000/user/alice");
}

TEST(FileSystems, keeps_to_this_machine_without_a_default_file_system) {
  auto systems = with({});
  EXPECT_EQ(uri_of(systems, "/a"), "file:///a");
  EXPECT_EQ(systems.home()->uri(), std::string("file://") + std::getenv("HOME"));
  EXPECT_EQ(systems.resolve("hdfs:///a").status().code(), Code::kInvalidArgument);
  EXPECT_THAT(systems.resolve("hdfs:///a").status().advice(), HasSubstr("fs.defaultFS"));
}

TEST(FileSystems, keeps_one_client_for_each_scheme_and_authority) {
  auto systems = with({});
  const auto one = systems.resolve("mem://x/a"), same = systems.resolve("mem://x/b");
  const auto other = systems.resolve("mem://y/a");
  EXPECT_EQ(one->files, same->files);
  EXPECT_NE(one->files, other->files);
}

TEST(FileSystems, refuses_what_it_does_not_know) {
  auto systems = with({});
  EXPECT_EQ(systems.resolve("s3://bucket/a").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(systems.resolve("file://elsewhere/a").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(systems.resolve("hdfs://host:port/a").status().code(), Code::kInvalidArgument);
}

TEST(FileSystems, names_the_key_that_a_nameservice_lacks) {
  auto systems = with({{"dfs.nameservices", "pair"},
                       {"dfs.ha.namenodes.pair", "a,b"},
                       {"dfs.namenode.rpc-address.pair.a", "one:8020"}});
  const Status status = systems.resolve("hdfs://pair/x").status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("dfs.namenode.rpc-address.pair.b"));
}

}  // namespace
}  // namespace howdah::fs
