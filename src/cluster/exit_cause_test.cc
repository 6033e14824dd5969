#include "cluster/exit_cause.h"

#include <gtest/gtest.h>

namespace howdah::cluster {
namespace {

TEST(ExitCause, reads_yarns_exit_statuses) {
  const std::pair<int, ExitCause> expected[] = {
      {0, ExitCause::kExited},         {3, ExitCause::kExited},
      {137, ExitCause::kSignal},       {143, ExitCause::kSignal},
      {127, ExitCause::kLaunch},       {-1000, ExitCause::kDisk},
      {-100, ExitCause::kNodeLost},    {-101, ExitCause::kDisk},
      {-102, ExitCause::kPreempted},   {-103, ExitCause::kOutOfMemory},
      {-104, ExitCause::kOutOfMemory}, {-105, ExitCause::kStopped},
      {-106, ExitCause::kStopped},     {-107, ExitCause::kStopped},
      {-1, ExitCause::kLaunch}};
  for (const auto& [status, cause] : expected)
    EXPECT_EQ(cause_of_yarn_exit(status, ""), cause) << status;
}

TEST(ExitCause, believes_the_words_about_memory_where_the_kernel_did_the_killing) {
  EXPECT_EQ(
      cause_of_yarn_exit(137, "Container [pid=1] is running beyond the 'PHYSICAL' memory limit"),
      ExitCause::kOutOfMemory);
}

TEST(ExitCause, a_status_beyond_the_signals_is_the_programs_own) {
  EXPECT_EQ(cause_of_exit(255), ExitCause::kExited);
  EXPECT_EQ(cause_of_exit(128), ExitCause::kExited);
}

TEST(ExitCause, leaves_of_yarns_diagnostics_what_a_person_reads) {
  EXPECT_EQ(plain_words("[2026-11-23 21:46:42.369]File file:/x does not exist\n"
                        "java.io.FileNotFoundException: File file:/x does not exist\n"
                        "\tat org.apache.hadoop.fs.A.b(A.java:980)\n\n\n"
                        "[2026-11-23 21:46:42.370]File file:/x does not exist\n[20] at last"),
            "File file:/x does not exist\n"
            "java.io.FileNotFoundException: File file:/x does not exist\n[20] at last");
  EXPECT_EQ(plain_words(""), "");
}

}  // namespace
}  // namespace howdah::cluster
