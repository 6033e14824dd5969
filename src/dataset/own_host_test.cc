#include "dataset/own_host.h"

#include <gtest/gtest.h>

namespace howdah::dataset {
namespace {

TEST(OwnHost, knows_its_addresses_and_names) {
  const OwnHost host("node7", {"10.0.0.7", "fd00::7"});
  for (const char* name : {"node7", "NODE7", "node7.cluster.example", "10.0.0.7", "fd00::7",
                           "localhost", "127.0.0.1", "127.0.0.2"}) {
    EXPECT_TRUE(host.is(name)) << name;
  }
  for (const char* name : {"node70", "node", "10.0.0.70", "", "other.cluster.example"}) {
    EXPECT_FALSE(host.is(name)) << name;
  }
}

TEST(OwnHost, tells_full_names_of_different_domains_apart) {
  const OwnHost host("node7.east.example", {});
  EXPECT_TRUE(host.is("node7.east.example"));
  EXPECT_FALSE(host.is("node7.west.example"));
}

TEST(OwnHost, takes_no_address_for_a_name) {
  EXPECT_FALSE(OwnHost("10", {}).is("10.0.0.1"));
  EXPECT_FALSE(OwnHost("", {}).is(""));
}

TEST(OwnHost, detects_this_machine) {
  EXPECT_TRUE(OwnHost::detect().is("127.0.0.1"));
}

}  // namespace
}  // namespace howdah::dataset
