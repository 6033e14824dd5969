#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "measure/bleu.h"
#include "measure/chrf.h"
#include "measure/tokenizer_13a.h"
#include "measure/unicode_text.h"

namespace howdah::measure {
namespace {

std::vector<char32_t> characters(std::string_view text) {
  std::vector<char32_t> found;
  for (size_t at = 0; at < text.size();) found.push_back(next_character(text, at));
  return found;
}

TEST(UnicodeText, reads_bytes_that_are_not_utf_8_one_by_one) {
  using Characters = std::vector<char32_t>;
  EXPECT_EQ(characters("a\xc3\xb1\xe7\x8c\xab\xf0\x9f\x91\x8d"),
            (Characters{'a', 0xf1, 0x732b, 0x1f44d}));
  EXPECT_EQ(characters("\xe9 "), (Characters{0xdce9, ' '}));
  EXPECT_EQ(characters("\xe2\x82"), (Characters{0xdce2, 0xdc82}));              // cut off
  EXPECT_EQ(characters("\xc0\x80"), (Characters{0xdcc0, 0xdc80}));              // overlong
  EXPECT_EQ(characters("\xed\xa0\x80"), (Characters{0xdced, 0xdca0, 0xdc80}));  // surrogate
  EXPECT_EQ(characters("\xf4\x90\x80\x80").size(), 4u);                         // too high
  EXPECT_EQ(characters("\xf4\x8f\xbf\xbf"), (Characters{0x10ffff}));
}

TEST(UnicodeText, parts_words_at_every_white_space_of_unicode) {
  const auto words = words_of(
      "\xc2\xa0 uno\xe2\x80\x83"
      "dos\xe3\x80\x80\ttres\x1f");
  EXPECT_EQ(words, (std::vector<std::string_view>{"uno", "dos", "tres"}));
  EXPECT_TRUE(words_of("").empty());
  EXPECT_TRUE(words_of(" \n ").empty());
  EXPECT_EQ(words_of("\x85 \xa0").size(), 2u);  // these bytes alone are no white space
}

TEST(Texts, of_any_bytes_have_a_figure_from_0_to_100) {
  std::mt19937_64 random(5);
  const std::string likely = " .,-19a&;<>\n\xc3\xa9\xe2\x82\xff\xf0\x9f";
  for (int trial = 0; trial < 2000; ++trial) {
    std::string texts[3];
    for (std::string& text : texts)
      for (uint64_t length = random() % 60; length > 0; --length)
        text += random() % 3 == 0 ? static_cast<char>(random()) : likely[random() % likely.size()];
    const std::string_view references[] = {texts[1], texts[2]};
    Bleu bleu;
    Chrf chrf, chrf_plus_plus(ChrfKind::kChrfPlusPlus);
    bleu.add(texts[0], references);
    chrf.add(texts[0], references);
    chrf_plus_plus.add(texts[0], references);
    for (const double value : {bleu.value(), chrf.value(), chrf_plus_plus.value()}) {
      EXPECT_GE(value, 0);
      EXPECT_LE(value, 100 + 1e-9);
    }
    Chrf same;
    same.add(texts[0], std::span(references, 1));
    same.add(texts[0], std::span(references, 0));
  }
}

TEST(Texts, of_a_megabyte_without_a_space_take_linear_time) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += ".,-&1";
  const std::string_view references[] = {text};
  Bleu bleu;
  bleu.add(text, references);
  EXPECT_NEAR(bleu.value(), 100, 1e-9);
}

}  // namespace
}  // namespace howdah::measure
