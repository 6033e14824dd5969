#include "text/sentencepiece_model.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "text/sentencepiece_child.h"

namespace howdah::text {
namespace {

TEST(SentencePiece, outlives_a_library_that_ends_its_process) {
  EXPECT_EQ(*in_child([](std::string& result) {
    result.assign(1 << 20, 'x');
    return true;
  }),
            std::string(1 << 20, 'x'));
  EXPECT_EQ(in_child([](std::string& result) {
              result = "no";
              return false;
            })
                .status()
                .message(),
            "no");
  const auto ended = in_child([](std::string&) -> bool {
    fprintf(stderr, "a fault\n");
    exit(0);
  });
  EXPECT_EQ(ended.status().message(), "ended early: a fault");
  const auto killed = in_child([](std::string&) -> bool { return raise(SIGKILL) == 0; });
  EXPECT_EQ(killed.status().message(), "ended early:  (signal 9)");
}

TEST(SentencePiece, cuts_texts_for_training_between_characters) {
  EXPECT_EQ(training_text("short\ttext"), "short text");
  EXPECT_EQ(training_text(std::string(1023, 'a') + "ü").size(), 1023U);
  EXPECT_EQ(training_text(std::string(1022, 'a') + "ü").size(), 1024U);
  EXPECT_EQ(training_text(std::string(5000, '\x80')).size(), 0U);
}

}  // namespace
}  // namespace howdah::text
