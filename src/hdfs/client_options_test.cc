#include "hdfs/client_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah::hdfs {
namespace {

using ::testing::ElementsAre;

Result<ClientOptions> options_for(
    const std::string& authority,
    std::initializer_list<std::pair<const char*, const char*>> settings,
    const hadoop::Credentials& credentials = {}) {
  hadoop::Configuration configuration;
  for (const auto& [key, value] : settings) configuration.set(key, value);
  return ClientOptions::from_configuration(authority, configuration, {"alice", ""}, credentials);
}

TEST(ClientOptions, takes_an_address_as_it_is_and_hadoops_default_port) {
  EXPECT_THAT(options_for("host:9000", {})->namenodes, ElementsAre(net::Address{"host", 9000}));
  EXPECT_THAT(options_for("host", {})->namenodes, ElementsAre(net::Address{"host", 8020}));
}

TEST(ClientOptions, takes_both_namenodes_of_a_nameservice) {
  const auto options = options_for("pair", {{"dfs.nameservices", "other,pair"},
                                            {"dfs.ha.namenodes.pair", "a, b"},
                                            {"dfs.namenode.rpc-address.pair.a", "one:9000"},
                                            {"dfs.namenode.rpc-address.pair.b", "two"}});
  ASSERT_TRUE(options) << options.status().to_string();
  EXPECT_THAT(options->namenodes,
              ElementsAre(net::Address{"one", 9000}, net::Address{"two", 8020}));
}

TEST(ClientOptions, finds_the_token_under_the_names_that_java_writes) {
  const auto token = [](std::string service) {
    return hadoop::Token{"id of " + service, "secret", "HDFS_DELEGATION_TOKEN", service};
  };
  hadoop::Credentials credentials;
  credentials.add_token("1", token("10.0.0.1:9000"));
  credentials.add_token("2", token("ha-hdfs:pair"));
  credentials.add_token("3", {"other", "secret", "RM_DELEGATION_TOKEN", "10.0.0.1:9000"});
  EXPECT_EQ(options_for("10.0.0.1:9000", {}, credentials)->token, token("10.0.0.1:9000"));
  EXPECT_EQ(options_for(
                "pair",
                {{"dfs.nameservices", "pair"}, {"dfs.namenode.rpc-address.pair", "10.0.0.9:9000"}},
                credentials)
                ->token,
            token("ha-hdfs:pair"));
  EXPECT_FALSE(options_for("10.0.0.7:9000", {}, credentials)->token);
  hadoop::Credentials one;
  one.add_token("1", token("10.0.0.1:9000"));
  EXPECT_TRUE(options_for("name-of-that-host:9000", {}, one)->token);
}

TEST(ClientOptions, refuses_values_that_do_not_parse) {
  EXPECT_EQ(options_for("h", {{"dfs.checksum.type", "MD5"}}).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(options_for("h", {{"dfs.bytes-per-checksum", "0"}}).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(options_for("h", {{"dfs.replication", "many"}}).status().code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::hdfs
