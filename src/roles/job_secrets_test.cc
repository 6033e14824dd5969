#include "roles/job_secrets.h"

#include <gtest/gtest.h>

namespace howdah::roles {
namespace {

TEST(JobSecrets, the_master_finds_all_but_the_users_identity) {
  const JobSecrets made = *JobSecrets::create("job");
  hadoop::Credentials credentials;
  made.add_to(credentials);
  const JobSecrets found = *JobSecrets::from(credentials);
  EXPECT_EQ(found.authority, made.authority);
  EXPECT_EQ(found.master.key, made.master.key);
  EXPECT_EQ(found.master.certificate, made.master.certificate);
  EXPECT_EQ(found.worker.key, made.worker.key);
  EXPECT_EQ(found.data_secret, made.data_secret);
  EXPECT_EQ(found.user.key, "");
}

TEST(JobSecrets, a_worker_gets_no_key_of_the_master) {
  const JobSecrets made = *JobSecrets::create("job");
  hadoop::Credentials credentials;
  made.add_worker_part_to(credentials);
  const std::string bytes = credentials.serialize();
  EXPECT_EQ(bytes.find(made.master.key), std::string::npos);
  EXPECT_EQ(bytes.find(made.user.key), std::string::npos);
  const JobSecrets found = *JobSecrets::from(*hadoop::Credentials::parse(as_bytes(bytes)));
  EXPECT_EQ(found.master.key, "");
  EXPECT_EQ(found.worker.key, made.worker.key);
  EXPECT_EQ(found.data_secret, made.data_secret);
}

TEST(JobSecrets, are_others_for_every_job) {
  EXPECT_NE(JobSecrets::create("job")->data_secret, JobSecrets::create("job")->data_secret);
}

TEST(JobSecrets, credentials_of_something_else_hold_none) {
  EXPECT_EQ(JobSecrets::from({}).status().code(), Code::kUnauthenticated);
}

TEST(JobSecrets, the_users_part_goes_through_access_json) {
  const JobSecrets made = *JobSecrets::create("job");
  const std::string text = made.user_json();
  EXPECT_EQ(text.find(made.data_secret), std::string::npos);
  const JobSecrets found = *JobSecrets::from_user_json(text);
  EXPECT_EQ(found.user.key, made.user.key);
  EXPECT_EQ(found.user.certificate, made.user.certificate);
  EXPECT_EQ(found.authority, made.authority);
}

TEST(JobSecrets, a_broken_access_json_is_an_error_and_no_exception) {
  for (const char* text : {"", "[]", "{", R"({"authority": 5})", R"({"authority": null})",
                           R"({"authority": "", "certificate": [], "key": ""})"})
    EXPECT_EQ(JobSecrets::from_user_json(text).status().code(), Code::kCorrupt) << text;
}

}  // namespace
}  // namespace howdah::roles
