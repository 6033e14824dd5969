#include "job/outcome.h"

#include <gtest/gtest.h>

namespace howdah::job {
namespace {

TEST(Outcome, names_each_cause_and_finds_it_again) {
  for (int i = 0; i <= static_cast<int>(Cause::kInternal); ++i) {
    const auto cause = static_cast<Cause>(i);
    EXPECT_EQ(cause_from_name(cause_name(cause)), cause) << i;
  }
  EXPECT_EQ(cause_from_name("bad weather"), Cause::kInternal);
}

TEST(Outcome, says_in_one_line_how_it_ended) {
  Ending ending;
  EXPECT_EQ(ending.to_string(), "SUCCEEDED");
  ending = {Outcome::kFailed, Cause::kOutOfMemory, "worker 3 on node7: killed", 3, ""};
  EXPECT_EQ(ending.to_string(), "FAILED (out of memory): worker 3 on node7: killed");
  ending = {Outcome::kKilled, Cause::kStopped, "stopped by alice", -1, ""};
  EXPECT_EQ(ending.to_string(), "KILLED (stopped): stopped by alice");
}

TEST(Outcome, tells_what_an_error_means_for_the_job) {
  EXPECT_EQ(cause_of(Status::ok()), Cause::kNone);
  EXPECT_EQ(cause_of(Status(Code::kOutOfMemory, "")), Cause::kOutOfMemory);
  EXPECT_EQ(cause_of(Status(Code::kDiskFull, "")), Cause::kDisk);
  EXPECT_EQ(cause_of(Status(Code::kChecksum, "")), Cause::kData);
  EXPECT_EQ(cause_of(Status(Code::kNumeric, "")), Cause::kNumeric);
  EXPECT_EQ(cause_of(Status(Code::kQuotaExceeded, "")), Cause::kHdfs);
  EXPECT_EQ(cause_of(Status(Code::kTokenExpired, "")), Cause::kPermission);
  EXPECT_EQ(cause_of(Status(Code::kInvalidArgument, "")), Cause::kConfiguration);
}

TEST(Outcome, tries_again_only_where_another_container_may_fare_better) {
  EXPECT_TRUE(worth_another_try(Cause::kLostNode));
  EXPECT_TRUE(worth_another_try(Cause::kPreempted));
  EXPECT_TRUE(worth_another_try(Cause::kDisk));
  EXPECT_FALSE(worth_another_try(Cause::kUserCode));
  EXPECT_FALSE(worth_another_try(Cause::kConfiguration));
  EXPECT_FALSE(worth_another_try(Cause::kNumeric));
  EXPECT_FALSE(worth_another_try(Cause::kPermission));
}

}  // namespace
}  // namespace howdah::job
