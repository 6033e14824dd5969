#include "base/exit_code.h"

#include <gtest/gtest.h>

namespace howdah {
namespace {

TEST(ExitCode, tells_bad_input_from_an_unreachable_cluster_and_from_a_refusal) {
  EXPECT_EQ(exit_code(Status::ok()), 0);
  EXPECT_EQ(exit_code(Status(Code::kIo, "")), 1);
  EXPECT_EQ(exit_code(Status(Code::kInternal, "")), 1);
  EXPECT_EQ(exit_code(Status(Code::kCorrupt, "")), 2);
  EXPECT_EQ(exit_code(Status(Code::kNotFound, "")), 2);
  EXPECT_EQ(exit_code(Status(Code::kSafeMode, "")), 3);
  EXPECT_EQ(exit_code(Status(Code::kUnavailable, "")), 3);
  EXPECT_EQ(exit_code(Status(Code::kCancelled, "")), 4);
  EXPECT_EQ(exit_code(Status(Code::kQuotaExceeded, "")), 5);
  EXPECT_EQ(exit_code(Status(Code::kTokenExpired, "")), 5);
}

}  // namespace
}  // namespace howdah
