#include "yarn/container_logs.h"

#include <gtest/gtest.h>

namespace howdah::yarn {
namespace {

std::string wrapped(const std::string& content, size_t length, const std::string& end) {
  return "Container: container_1_0001_01_000002 on localhost_1\nLogAggregationType: X\n====\n"
         "LogType:stderr\nLogLastModifiedTime:Mon Nov 23 21:38:46 +0000 2026\nLogLength:" +
         std::to_string(length) + "\nLogContents:\n" + content + end +
         "\n*******************************\n\n";
}

TEST(ContainerLogs, unwraps_what_a_node_and_what_the_history_server_sends) {
  const std::string node = "End of LogType:stderr.This log file belongs to a running container";
  const std::string history = "\nEnd of LogType:stderr";
  EXPECT_EQ(unwrap_log(wrapped("words\n", 6, node), "stderr", 100), "words\n");
  EXPECT_EQ(unwrap_log(wrapped("words\n", 6, history), "stderr", 100), "words\n");
  EXPECT_EQ(unwrap_log(wrapped("words", 5, history), "stderr", 100), "words");
  EXPECT_EQ(unwrap_log(wrapped("", 0, node), "stderr", 100), "");
  EXPECT_EQ(unwrap_log(wrapped("rds\n", 6, node), "stderr", 4), "rds\n");
}

TEST(ContainerLogs, is_not_misled_by_a_log_that_quotes_the_wrapping) {
  const std::string content = "LogContents:\nEnd of LogType:stderr\nmore\n";
  EXPECT_EQ(unwrap_log(wrapped(content, content.size(), "\nEnd of LogType:stderr"), "stderr", 100),
            content);
}

TEST(ContainerLogs, takes_all_of_a_log_that_grew_while_it_was_sent) {
  EXPECT_EQ(unwrap_log(wrapped("words and more", 5, "End of LogType:stderr"), "stderr", 100),
            "words and more");
  EXPECT_EQ(unwrap_log("no wrapping", "stderr", 100), "no wrapping");
}

}  // namespace
}  // namespace howdah::yarn
