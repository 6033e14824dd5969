#include "mapreduce/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah::mapreduce {
namespace {

using testing::UnorderedElementsAre;

TEST(Glob, matches_as_hadoop_does) {
  EXPECT_TRUE(matches_glob("part-*", "part-00000"));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("*a*b*c", "xxaxxbxxbc"));
  EXPECT_FALSE(matches_glob("*a*b*c", "xxaxxbxxcb"));
  EXPECT_TRUE(matches_glob("19[89]?", "1987"));
  EXPECT_TRUE(matches_glob("19[8-9]?", "1997"));
  EXPECT_FALSE(matches_glob("19[^8]?", "1987"));
  EXPECT_TRUE(matches_glob("a\\*b", "a*b"));
  EXPECT_FALSE(matches_glob("a\\*b", "axb"));
  EXPECT_FALSE(matches_glob("", "a"));
  EXPECT_FALSE(matches_glob("[a", "a"));
}

TEST(Glob, a_pattern_of_many_stars_ends_soon) {
  std::string pattern, name(2000, 'a');
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(matches_glob(pattern + "b", name));
}

TEST(Glob, braces_are_written_out) {
  EXPECT_THAT(*expand_braces("/x/{a,b/c}*"), UnorderedElementsAre("/x/a*", "/x/b/c*"));
  EXPECT_THAT(*expand_braces("{a{b,c},d}"), UnorderedElementsAre("ab", "ac", "d"));
  EXPECT_THAT(*expand_braces("a\\{b"), UnorderedElementsAre("a\\{b"));
  EXPECT_EQ(unescape_glob("a\\{b"), "a{b");
}

TEST(Glob, braces_that_do_not_close_or_explode_are_refused) {
  for (const char* pattern : {"{a", "a}", "{a,{b}", "{a\\}"})
    EXPECT_EQ(expand_braces(pattern).status().code(), Code::kInvalidArgument) << pattern;
  std::string many;
  for (int i = 0; i < 40; ++i) many += "{a,b}";
  EXPECT_EQ(expand_braces(many).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::mapreduce
