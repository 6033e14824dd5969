#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fs/memory_file_system.h"
#include "text/encoder.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace howdah::text {
namespace {

using dataset::Tokenizer;
using testing::ElementsAre;
using testing::HasSubstr;
using Split = std::vector<std::string>;

Split split(Tokenizer rule, bool lowercase, std::string_view text) {
  const text::Tokenizer tokenizer(rule, lowercase);
  Split tokens;
  std::string token;
  for (size_t at = 0; tokenizer.next(text, at, token);) tokens.push_back(token);
  return tokens;
}
Split words(std::string_view text) {
  return split(Tokenizer::kWords, true, text);
}

TEST(Tokenizer, takes_letters_and_digits_together_and_other_signs_by_themselves) {
  EXPECT_EQ(words("It's 10/10, isn't it?<br />"),
            (Split{"it's", "10", "/", "10", ",", "isn't", "it", "?", "<", "br", "/", ">"}));
  EXPECT_EQ(words("'quoted' rock 'n' roll's'"),
            (Split{"'", "quoted", "'", "rock", "'", "n", "'", "roll's", "'"}));
  EXPECT_EQ(words("\t\n  \x01"), Split{});
  EXPECT_EQ(words("don\u2019t\u00a0stop\u2026"), (Split{"don\u2019t", "stop", "\u2026"}));
}

TEST(Tokenizer, writes_small_letters_of_any_script) {
  EXPECT_EQ(words("ÀÉÎ ÑANDÚ ŁÓDŹ ΑΒΓ МОСКВА Ǆ"),
            (Split{"àéî", "ñandú", "łódź", "αβγ", "москва", "ǆ"}));
  EXPECT_EQ(split(Tokenizer::kWords, false, "Él dijo"), (Split{"Él", "dijo"}));
  EXPECT_EQ(words("e\u0301te\u0301"), (Split{"e\u0301te\u0301"}));  // combining marks
}

TEST(Tokenizer, parts_what_is_written_without_blanks_by_character) {
  EXPECT_EQ(words("日本go"), (Split{"日", "本", "go"}));
  EXPECT_EQ(words("go日本go"), (Split{"go", "日", "本", "go"}));
}

TEST(Tokenizer, replaces_what_is_no_utf8) {
  EXPECT_EQ(words("a\xff\xfe"), (Split{"a", "\ufffd", "\ufffd"}));
  EXPECT_EQ(split(Tokenizer::kCharacters, true, "\xc3"), Split{"\ufffd"});
}

TEST(Tokenizer, of_characters_leaves_out_nothing) {
  EXPECT_EQ(split(Tokenizer::kCharacters, true, "Aß \n中"), (Split{"a", "ß", " ", "\n", "中"}));
}

TEST(Tokenizer, of_blanks_leaves_words_whole) {
  EXPECT_EQ(split(Tokenizer::kBlanks, false, "  New-York's  2,5\tm \n"),
            (Split{"New-York's", "2,5", "m"}));
}

TEST(Vocabulary, is_by_falling_frequency_and_then_by_bytes) {
  TokenCounts counts;
  for (const char* token : {"b", "a", "c", "b", "d", "é", "é", "é"}) ASSERT_TRUE(counts.add(token));
  EXPECT_EQ(counts.most_frequent(9, 1), (Split{"é", "b", "a", "c", "d"}));
  EXPECT_EQ(counts.most_frequent(3, 1), (Split{"é", "b", "a"}));
  EXPECT_EQ(counts.most_frequent(9, 2), (Split{"é", "b"}));
  const Vocabulary vocabulary(counts.most_frequent(3, 1));
  EXPECT_EQ(vocabulary.size(), 7);
  EXPECT_EQ(vocabulary.find("é"), 4);
  EXPECT_EQ(vocabulary.find("d"), 1);
  EXPECT_EQ(vocabulary.find("<padding>"), 1);
}

TEST(Vocabulary, counts_within_a_limit_of_memory) {
  TokenCounts counts(1000);
  int added = 0;
  while (counts.add("token " + std::to_string(added))) ASSERT_LT(++added, 100);
  EXPECT_EQ(added, 9);
  EXPECT_TRUE(counts.add("token 0"));
  EXPECT_TRUE(TokenCounts(10).add(std::string(kMaxTokenBytes + 1, 'x')));  // never has a number
}

TEST(Vocabulary, comes_back_from_its_file) {
  const Vocabulary vocabulary({"a", "\n", "\\", "\\n", " "});
  const std::string file = vocabulary.to_text();
  EXPECT_EQ(file, "<padding>\n<unknown>\n<begin>\n<end>\na\n\\n\n\\\\\n\\\\n\n \n");
  const auto back = Vocabulary::from_text(file);
  ASSERT_TRUE(back) << back.status().to_string();
  EXPECT_EQ(back->to_text(), file);
  EXPECT_EQ(back->find("\\n"), 7);
}

TEST(Vocabulary, refuses_a_file_that_is_none) {
  const std::string head = "<padding>\n<unknown>\n<begin>\n<end>\n";
  for (const std::string& text :
       {std::string(), std::string("a\n"), head + "a", head + "\n", head + "\\x\n", head + "\\\n",
        head + "a\na\n", head + std::string(300, 'x') + "\n"})
    EXPECT_EQ(Vocabulary::from_text(text).status().code(), Code::kCorrupt) << text;
}

TEST(Encoder, encodes_and_decodes_words) {
  const Vocabulary vocabulary({"hello", ",", "world", "(", ")", "."});
  const auto encoder = Encoder::make(Tokenizer::kWords, true, vocabulary.to_text());
  ASSERT_TRUE(encoder);
  std::vector<int32_t> tokens;
  ASSERT_TRUE((*encoder)->encode("Hello, (new) World.", 100, tokens).is_ok());
  EXPECT_THAT(tokens, ElementsAre(4, 5, 7, 1, 8, 6, 9));
  const std::vector<int32_t> framed = {2, 4, 5, 7, 1, 8, 6, 9, 3, 0, 0};
  EXPECT_EQ((*encoder)->decode(framed), "hello, (<unknown>) world.");
  tokens = {7};
  ASSERT_TRUE((*encoder)->encode("hello hello hello", 2, tokens).is_ok());
  EXPECT_THAT(tokens, ElementsAre(7, 4, 4));
}

TEST(Encoder, of_sentencepiece_never_says_a_reserved_token_and_comes_back) {
  const auto model =
      train_sentencepiece({"the lower the newer", "the lowest the newest", "low new"},
                          {.size = 40, .framed = true, .lowercase = true});
  ASSERT_TRUE(model) << model.status().to_string();
  const auto again =
      train_sentencepiece({"the lower the newer", "the lowest the newest", "low new"},
                          {.size = 40, .framed = true, .lowercase = true});
  EXPECT_EQ(*model, *again);
  const auto encoder = Encoder::make(Tokenizer::kSentencepiece, true, *model);
  ASSERT_TRUE(encoder) << encoder.status().to_string();
  EXPECT_LE((*encoder)->vocabulary(), 40);
  std::vector<int32_t> tokens;
  ASSERT_TRUE((*encoder)->encode("The lowest NEWER", 100, tokens).is_ok());
  ASSERT_FALSE(tokens.empty());
  for (const int32_t token : tokens) EXPECT_GE(token, dataset::kReservedTokens);
  EXPECT_EQ((*encoder)->decode(tokens), "the lowest newer");
  tokens.clear();
  ASSERT_TRUE((*encoder)->encode("<s> </s> <pad> 中", 100, tokens).is_ok());
  for (const int32_t token : tokens) EXPECT_TRUE(token == 1 || token > 3) << token;
  EXPECT_EQ(Encoder::make(Tokenizer::kSentencepiece, true, "no model").status().code(),
            Code::kCorrupt);
}

TEST(Encoder, of_a_dataset_is_checked_against_its_index) {
  auto files = std::make_shared<fs::MemoryFileSystem>("t");
  const fs::Location folder{files, "/set"};
  ASSERT_TRUE(fs::write_file(*files, "/set/vocabulary.txt",
                             as_bytes(Vocabulary({"a", "b"}).to_text()), {}, Deadline::never())
                  .is_ok());
  dataset::Tokens tokens{.vocabulary = 6, .file = kVocabularyFile};
  EXPECT_TRUE(Encoder::load(tokens, Encoder::Side::kText, folder, Deadline::never()));
  tokens.vocabulary = 7;
  EXPECT_THAT(
      Encoder::load(tokens, Encoder::Side::kText, folder, Deadline::never()).status().to_string(),
      HasSubstr("/set/vocabulary.txt: 6 tokens, where the index says 7"));
}

}  // namespace
}  // namespace howdah::text
