#include "transform/normalize_words.h"

#include <gmock/gmock.h>

namespace howdah::transform {
namespace {

using std::string_literals::operator""s;

TEST(WordTable, finds_each_word_at_its_place_and_no_other) {
  std::vector<std::string> words = {""s,          "\0"s,     "\0\0"s,     "a"s,         "aa"s,
                                    "aaa"s,       "aba"s,    "aaaa"s,     "aaaaa"s,     "aaaaaaaa"s,
                                    "aaaaaaaaa"s, "aaaa\0"s, "abcdefgh"s, "abcdefghi"s, "ü"s};
  for (int i = 0; i < 5000; ++i) words.push_back("word " + std::to_string(i * 7919));
  const WordTable table(words);
  ASSERT_EQ(table.size(), words.size());
  for (uint32_t place = 0; place < words.size(); ++place) {
    EXPECT_EQ(table.find(words[place]), place);
    EXPECT_EQ(table.word(place), words[place]);
  }
  for (const auto& other : {"b"s, "\0\0\0"s, "aaaaaa"s, "aaaaaaa"s, "aaaaaaaaaa"s, "word 1"s})
    EXPECT_EQ(table.find(other), WordTable::kNone) << other;
}

TEST(WordTable, takes_the_first_of_equal_words_and_may_be_empty) {
  const WordTable table({"b", "a", "b", "a long one", "a long one"});
  EXPECT_EQ(table.find("b"), 0U);
  EXPECT_EQ(table.find("a long one"), 3U);
  EXPECT_EQ(WordTable().find(""), WordTable::kNone);
  EXPECT_EQ(WordTable().find("something long"), WordTable::kNone);
}

}  // namespace
}  // namespace howdah::transform
