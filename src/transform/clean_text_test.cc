#include "transform/clean_html.h"
#include "transform/clean_sample.h"
#include "transform/clean_text_one.h"
#include "transform/clean_white_space.h"

namespace howdah::transform {
namespace {

using prepare::CleanText;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Case = CleanText::Case;
using Unicode = CleanText::Unicode;

std::string cleaned(const CleanText& rule, std::string_view text) {
  return std::string(TextCleaner(rule).clean(text));
}
std::string collapsed(std::string_view text) {
  return cleaned({{}, Unicode::kNone, Case::kKeep, false, true}, text);
}
std::string stripped(std::string_view html) {
  std::string text;
  append_without_html(html, text);
  return text;
}

TEST(CollapseWhitespace, makes_runs_one_space_and_trims) {
  EXPECT_EQ(collapsed("a b c"), "a b c");
  EXPECT_EQ(collapsed("  a \t\r\n b  "), "a b");
  EXPECT_EQ(collapsed("a\tb"), "a b");
  EXPECT_EQ(collapsed("a "), "a");
  EXPECT_EQ(collapsed(" a"), "a");
  EXPECT_EQ(collapsed(""), "");
  EXPECT_EQ(collapsed(" \n"), "");
  EXPECT_EQ(collapsed("a\u00A0\u3000b\u2003c\u2028d\u0085e\u1680f\u205Fg\u202Fh"),
            "a b c d e f g h");
  EXPECT_EQ(collapsed("a\u200Bb"), "a\u200Bb") << "a zero-width space is no White_Space";
  EXPECT_EQ(collapsed("\xE2\x80"), "\xE2\x80") << "a character cut off";
}

TEST(UnicodeForm, composes_what_belongs_together) {
  const CleanText nfc{{}, Unicode::kNfc, Case::kKeep, false, false};
  EXPECT_EQ(cleaned(nfc, "e\u0301"), "\u00E9");
  EXPECT_EQ(cleaned(nfc, "\u212B"), "\u00C5") << "the Angstrom sign is a letter";
  EXPECT_EQ(cleaned(nfc, "\u1100\u1161"), "\uAC00");
  EXPECT_EQ(cleaned(nfc, "\uFB01 \u2460"), "\uFB01 \u2460");
  const CleanText nfkc{{}, Unicode::kNfkc, Case::kKeep, false, false};
  EXPECT_EQ(cleaned(nfkc, "\uFB01 \u2460 \uFF21"), "fi 1 A");
  EXPECT_EQ(cleaned(nfkc, "\uFDFA").size(), 33U) << "one of the longest";
  EXPECT_EQ(cleaned(nfc, "e\u0301\xFF"), "e\u0301\xFF") << "no UTF-8: left alone";
}

TEST(LetterCase, is_mapped_letter_by_letter) {
  const CleanText lower{{}, Unicode::kNfc, Case::kLower, false, false};
  EXPECT_EQ(cleaned(lower, "Hello [World] 123@Z"), "hello [world] 123@z");
  EXPECT_EQ(cleaned(lower, "ÄÖÜ ΑΒΓ ЖЗ"), "äöü αβγ жз");
  const CleanText upper{{}, Unicode::kNfc, Case::kUpper, false, false};
  EXPECT_EQ(cleaned(upper, "hello {world} z"), "HELLO {WORLD} Z");
  EXPECT_EQ(cleaned(upper, "éa"), "ÉA");
  const CleanText both{{}, Unicode::kNfkc, Case::kLower, false, false};
  EXPECT_EQ(cleaned(both, "\u24B6"), "a") << "a circled letter";
}

TEST(Html, loses_its_tags) {
  EXPECT_EQ(stripped("<b>bold</b> and <i class=\"a>b\">more</i>"), "bold and more");
  EXPECT_EQ(stripped("<p>one</p><p>two<br/>three"), " one  two three");
  EXPECT_EQ(stripped("a<!-- > <b> -->b"), "ab");
  EXPECT_EQ(stripped("a<script>if (a < b) x();</script>b"), "a  b");
  EXPECT_EQ(stripped("<STYLE>p {}</Style >x"), "  x");
  EXPECT_EQ(stripped("<!DOCTYPE html>x<?php y ?>z"), "xz");
}

TEST(Html, that_is_none_stays) {
  EXPECT_EQ(stripped("1 < 2 and 3 > 2"), "1 < 2 and 3 > 2");
  EXPECT_EQ(stripped("<b unclosed"), "<b unclosed");
  EXPECT_EQ(stripped("<b <i>x</i>"), "<b x");
  EXPECT_EQ(stripped("a<!-- never closed"), "a<!-- never closed");
  EXPECT_EQ(stripped("<a title=\"x>y"), "y") << "an unclosed quote is none";
  EXPECT_EQ(stripped("<"), "<");
  EXPECT_EQ(stripped("<script>x"), " x");
}

TEST(Html, entities_are_decoded_once) {
  EXPECT_EQ(stripped("&lt;b&gt; &amp;lt; &quot;&apos;"), "<b> &lt; \"'");
  EXPECT_EQ(stripped("&eacute;&Eacute;&yuml;&nbsp;&euro;&hellip;"), "éÉÿ\u00A0€…");
  EXPECT_EQ(stripped("&#65;&#x41;&#X1f600;&#128;"), "AA😀€");
  EXPECT_EQ(stripped("&#0;&#xD800;&#99999999999;"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(stripped("&unknown; &amp & AT&T; &; &#; &#x; &#12a;"),
            "&unknown; &amp & AT&T; &; &#; &#x; &#12a;");
}

TEST(Html, takes_linear_time_whatever_it_holds) {
  for (const char* piece : {"<", "<a ", "<a \"", "<a '\"", "<!--", "<script>", "</", "<a \">\"",
                            "<script></", "&#1", "<a \"'<a '\"", "<style>"}) {
    std::string html;
    while (html.size() < 4'000'000) html += piece;
    stripped(html);  // quadratic would take hours
  }
}

const auto kSchema =
    arrow::schema({arrow::field("t", arrow::utf8()), arrow::field("l", arrow::large_utf8()),
                   arrow::field("n", arrow::int64())});

TEST(CleanTextStep, changes_and_counts_what_is_untidy) {
  const Records records = records_of(kSchema, R"([{"t": "fine", "l": "fine", "n": 1},
      {"t": " A  b", "l": "x", "n": 2}, {"t": null, "l": " ", "n": 3},
      {"t": "e\u0301", "l": "\ty", "n": 4}])");
  const auto outcome = run(CleanText{}, records);
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->rows,
              ElementsAre(R"({"t":"fine","l":"fine","n":1})", R"({"t":"A b","l":"x","n":2})",
                          R"({"t":null,"l":"","n":3})", "{\"t\":\"é\",\"l\":\"y\",\"n\":4}"));
  EXPECT_EQ(outcome->effect.values_changed, 4);
  EXPECT_EQ(outcome->effect.rows_changed, 3);
  EXPECT_EQ(outcome->effect.rows_dropped, 0);
  EXPECT_EQ(run(CleanText{{"t"}}, records)->effect.values_changed, 2);
}

TEST(CleanTextStep, does_not_copy_a_tidy_column) {
  const CleanText rule;
  auto step = *make(rule, prepare::StepSpec{rule, "s", "w"});
  Records records = records_of(kSchema, R"([{"t": "fine", "l": " untidy", "n": 1}])");
  ASSERT_TRUE(step->bind(records.batch->schema()).is_ok());
  const auto before = records.column("t");
  Effects effects;
  ASSERT_TRUE(step->apply(records, effects).is_ok());
  EXPECT_EQ(records.column("t")->data()->buffers[2], before->data()->buffers[2]);
  EXPECT_EQ(effects.effect.values_changed, 1);
}

TEST(CleanTextStep, takes_texts_only) {
  EXPECT_EQ(run(CleanText{{"n"}}, records_of(kSchema, "[]")).status().to_string(),
            "prep.yaml:6:14: column \"n\" is int64 where texts are due");
}

TEST(TextLength, counts_characters_not_bytes) {
  const Records records = records_of(kSchema, R"([{"t": "äöü", "l": "abcd", "n": 1},
      {"t": "ab", "l": "abcd", "n": 1}, {"t": null, "l": "abcd", "n": 1},
      {"t": "日本語文", "l": "abcd", "n": 1}, {"t": "abcdefghijklmnop", "l": "a", "n": 1},
      {"t": "", "l": "abcd", "n": 1}])");
  const auto outcome = run(prepare::TextLength{{"t"}, 3, 4}, records);
  ASSERT_TRUE(outcome.is_ok()) << outcome.status().to_string();
  EXPECT_THAT(outcome->kept, ElementsAre(0, 2, 3)) << "a missing text is neither short nor long";
  EXPECT_THAT(outcome->reasons, ElementsAre("1: t has 2 characters, less than 3",
                                            "4: t has 16 characters, more than 4",
                                            "5: t has 0 characters, less than 3"));
  EXPECT_THAT(run(prepare::TextLength{}, records)->kept, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(run(prepare::TextLength{{}, 2}, records)->kept, ElementsAre(0, 1, 2, 3))
      << "all columns of texts";
  EXPECT_EQ(run(prepare::TextLength{{}, 4, 3}, records).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace howdah::transform
