#include <gtest/gtest.h>

#include <cstdlib>

#include "roles/master.h"

namespace howdah::roles {
namespace {

TEST(ApplicationOfContainer, with_and_without_an_epoch) {
  using Pair = std::pair<std::string, uint32_t>;
  EXPECT_EQ(*application_of_container("container_1700000000000_0007_02_000001"),
            Pair("application_1700000000000_0007", 2));
  EXPECT_EQ(*application_of_container("container_e17_1700000000000_12345_01_000001"),
            Pair("application_1700000000000_12345", 1));
}

TEST(ApplicationOfContainer, refuses_what_is_none) {
  for (const char* text :
       {"", "_", "container", "container_", "container_1_2_3", "container_1_2_x_4",
        "container_1_2__4", "container_1_2_3_4_5", "container_e1_1_2_3", "container_a_b_1_4",
        "container_e_1_2_3_4", "container_ex_1_2_3_4", "container_1_2_-3_4", "container_1_2_3x_4",
        "container_1_2_3_", "application_1_2_3_4", "container_1_2_99999999999_4"})
    EXPECT_EQ(application_of_container(text).status().code(), Code::kInvalidArgument) << text;
}

class Environment : public ::testing::Test {
 protected:
  ~Environment() override {
    for (const char* name : {"HOWDAH_JOB", "HOWDAH_ON", "HOWDAH_STARTED_MS", "CONTAINER_ID",
                             "NM_HOST", "HADOOP_USER_NAME"})
      unsetenv(name);
  }
  static void set(const char* name, const char* value) { setenv(name, value, 1); }
};

TEST_F(Environment, a_master_of_yarn_is_told_all_by_its_container) {
  set("HOWDAH_JOB", "hdfs://n/jobs/a");
  set("HOWDAH_STARTED_MS", "1700000000123");
  set("CONTAINER_ID", "container_e01_1700000000000_0007_02_000001");
  set("NM_HOST", "node7");
  set("HADOOP_USER_NAME", "alice");
  const auto setting = MasterSetting::from_environment();
  ASSERT_TRUE(setting) << setting.status().to_string();
  EXPECT_TRUE(setting->on_yarn);
  EXPECT_EQ(setting->attempt, 2U);
  EXPECT_EQ(setting->application_id, "application_1700000000000_0007");
  EXPECT_EQ(setting->host, "node7");
  EXPECT_EQ(setting->user, "alice");
  EXPECT_EQ(setting->started_ms, 1'700'000'000'123);
}

TEST_F(Environment, a_local_master_needs_no_container) {
  set("HOWDAH_JOB", "file:///jobs/a");
  set("HOWDAH_ON", "local");
  const auto setting = MasterSetting::from_environment();
  ASSERT_TRUE(setting);
  EXPECT_FALSE(setting->on_yarn);
  EXPECT_EQ(setting->application_id, "");
  EXPECT_EQ(setting->host, "127.0.0.1");
}

TEST_F(Environment, a_master_started_by_hand_is_told_so) {
  EXPECT_EQ(MasterSetting::from_environment().status().code(), Code::kInvalidArgument);
  set("HOWDAH_JOB", "hdfs://n/jobs/a");
  EXPECT_EQ(MasterSetting::from_environment().status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::roles
