#include "yarn/resource_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "yarn/application_client.h"

namespace howdah::yarn {
namespace {
using testing::HasSubstr;

constexpr const char* kKey = "yarn.resourcemanager.address";

TEST(ResourceManager, is_found_by_its_own_key_or_its_host_name) {
  hadoop::Configuration configuration;
  configuration.set("yarn.resourcemanager.hostname", "rm");
  EXPECT_EQ(*resource_manager_addresses(configuration, kKey, 8032),
            (std::vector<net::Address>{{"rm", 8032}}));
  configuration.set(kKey, "other:1234");
  EXPECT_EQ(*resource_manager_addresses(configuration, kKey, 8032),
            (std::vector<net::Address>{{"other", 1234}}));
}

TEST(ResourceManager, of_a_pair_each_is_found) {
  hadoop::Configuration configuration;
  configuration.set("yarn.resourcemanager.ha.enabled", "true");
  configuration.set("yarn.resourcemanager.ha.rm-ids", "a, b");
  configuration.set("yarn.resourcemanager.address.a", "one:1");
  configuration.set("yarn.resourcemanager.hostname.b", "two");
  EXPECT_EQ(*resource_manager_addresses(configuration, kKey, 8032),
            (std::vector<net::Address>{{"one", 1}, {"two", 8032}}));
}

TEST(ResourceManager, that_nobody_configured_names_the_key) {
  const auto addresses = resource_manager_addresses({}, kKey, 8032);
  EXPECT_EQ(addresses.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(addresses.status().to_string(), HasSubstr(kKey));
}

TEST(ResourceManager, gives_its_own_exceptions_a_meaning) {
  const std::pair<const char*, Code> expected[] = {
      {"Application application_1_0001 submitted by user x to unknown queue: y", Code::kNotFound},
      {"Application application_1_0001 submitted by user : x to non-leaf queue : root",
       Code::kNotFound},
      {"org.apache.hadoop.security.AccessControlException: User bob does not have permission to "
       "submit application_1_0001 to queue root.x",
       Code::kPermissionDenied},
      {"org.apache.hadoop.security.AccessControlException: Queue root.x already has 3 "
       "applications, cannot accept submission of application: application_1_0001",
       Code::kQuotaExceeded},
      {"Failed to submit application_1_0001 to YARN : Failed to renew token: Kind: HDFS",
       Code::kTokenExpired},
      {"Invalid resource request! Cannot allocate containers as requested resource is greater",
       Code::kInvalidArgument},
      {"java.lang.NullPointerException", Code::kInternal}};
  for (const auto& [words, code] : expected)
    EXPECT_EQ(code_of_words(words, Code::kInternal), code) << words;
}

TEST(ResourceManager, whose_message_hides_a_class_is_quoted_without_it) {
  const Status status =
      explain(Status(Code::kInternal,
                     "YarnException: org.apache.hadoop.security.AccessControlException: User bob "
                     "may not: AccessControlException"));
  EXPECT_EQ(status.code(), Code::kPermissionDenied);
  EXPECT_EQ(status.message(), "User bob may not: AccessControlException");
}

TEST(FailureOf, an_application_is_typed_by_yarns_words_only_before_its_master_ran) {
  ApplicationReport report;
  report.state = ApplicationState::kFailed;
  report.diagnostics = "Application x submitted by user y to unknown queue: z\nmore";
  EXPECT_EQ(failure_of(report).code(), Code::kNotFound);
  EXPECT_EQ(failure_of(report).message(), "Application x submitted by user y to unknown queue: z");
  report.launched_ms = 1;
  EXPECT_EQ(failure_of(report).code(), Code::kInternal);
  report.state = ApplicationState::kFinished;
  report.final_status = FinalStatus::kSucceeded;
  EXPECT_TRUE(failure_of(report));
  report.state = ApplicationState::kKilled;
  EXPECT_EQ(failure_of(report).code(), Code::kCancelled);
  report.state = ApplicationState::kRunning;
  EXPECT_TRUE(failure_of(report));
}

}  // namespace
}  // namespace howdah::yarn
