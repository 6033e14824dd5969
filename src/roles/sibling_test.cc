#include "roles/sibling.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace howdah::roles {
namespace {
namespace stdfs = std::filesystem;

// Programs lie in the working folder, as in a container.
class Sibling : public ::testing::Test {
 protected:
  void SetUp() override {
    former_ = stdfs::current_path();
    char name[] = "/tmp/howdah-sibling-XXXXXX";
    folder_ = mkdtemp(name);
    stdfs::current_path(folder_);
  }
  void TearDown() override {
    stdfs::current_path(former_);
    stdfs::remove_all(folder_);
  }
  static void program(const std::string& name, const std::string& script) {
    std::ofstream(name) << "#!/bin/sh\n" << script << "\n";
    stdfs::permissions(name, stdfs::perms::owner_all);
  }
  static Code code_of_exit(int status) {
    program("sibling-part", "exit " + std::to_string(status));
    return run_sibling("sibling-part", {}).status().code();
  }

 private:
  stdfs::path former_, folder_;
};

TEST_F(Sibling, returns_what_the_program_wrote) {
  program("sibling-part", "echo noise >&2; printf '%s|' \"$@\"");
  const auto out = run_sibling("sibling-part", {"a b", "", "$HOME"});
  ASSERT_TRUE(out) << out.status().to_string();
  EXPECT_EQ(*out, "a b||$HOME|");
}

TEST_F(Sibling, exit_statuses_stand_for_codes) {
  EXPECT_EQ(code_of_exit(1), Code::kInternal);
  EXPECT_EQ(code_of_exit(2), Code::kInvalidArgument);
  EXPECT_EQ(code_of_exit(3), Code::kUnavailable);
  EXPECT_EQ(code_of_exit(4), Code::kCancelled);
  EXPECT_EQ(code_of_exit(5), Code::kPermissionDenied);
}

TEST_F(Sibling, the_last_line_of_its_complaint_is_the_message) {
  program("sibling-part", "echo first >&2; echo 'sibling-part: line 7 is broken' >&2; exit 2");
  EXPECT_EQ(run_sibling("sibling-part", {}).status().message(), "line 7 is broken");
}

TEST_F(Sibling, that_is_followed_shows_all_of_its_words_on_standard_error) {
  program("sibling-part", "echo report; echo progress >&2; exit 5");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const auto status = follow_sibling("sibling-part", {});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "report\nprogress\n");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  ASSERT_TRUE(status) << status.status().to_string();
  EXPECT_EQ(*status, 5);
  program("sibling-part", "kill -9 $$");
  EXPECT_EQ(*follow_sibling("sibling-part", {}), 128 + SIGKILL);
}

TEST_F(Sibling, a_killed_program_is_named_with_its_signal) {
  program("sibling-part", "kill -9 $$");
  const Status status = run_sibling("sibling-part", {}).status();
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_NE(status.message().find("signal 9"), std::string::npos) << status.to_string();
}

TEST_F(Sibling, more_output_than_a_pipe_holds_blocks_nobody) {
  program("sibling-part", "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero");
  const auto out = run_sibling("sibling-part", {});
  ASSERT_TRUE(out) << out.status().to_string();
  EXPECT_EQ(out->size(), 300'000U);
}

// A terminal that changes its size interrupts the wait.
TEST_F(Sibling, an_interrupted_wait_goes_on_to_the_end) {
  struct sigaction action {
  }, former{};
  action.sa_handler = [](int) {};
  sigaction(SIGWINCH, &action, &former);
  program("sibling-part", "for i in 1 2 3 4 5; do kill -WINCH $PPID; done; echo done; exit 0");
  const auto out = run_sibling("sibling-part", {});
  sigaction(SIGWINCH, &former, nullptr);
  ASSERT_TRUE(out) << out.status().to_string();
  EXPECT_EQ(*out, "done\n");
}

TEST_F(Sibling, a_missing_program_is_named) {
  const Status status = run_sibling("sibling-none", {}).status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_NE(status.peer().find("sibling-none"), std::string::npos);
  EXPECT_EQ(exec_sibling("sibling-none", {}).code(), Code::kNotFound);
}

}  // namespace
}  // namespace howdah::roles
