// Texts into words, characters, or what blanks part.
//
// A word is a run of letters, marks and digits (Unicode's general categories L, M and N); an
// apostrophe (' or U+2019) between two of them belongs to it: "don't". Ideographs and kana, which
// are written without blanks, are words of one character. Every other character that can be seen is
// a token by itself; blanks, line ends and control characters part tokens and are none. Characters
// are code points, of which a blank is one like others. Small letters are those of Unicode's simple
// case mapping, one code point to one. Bytes that are no UTF-8 are U+FFFD each.
#pragma once

#include <string>
#include <string_view>

#include "dataset/index.h"

namespace howdah::text {

class Tokenizer {
 public:
  // All but sentencepiece, which has no rule, but a model.
  Tokenizer(dataset::Tokenizer rule, bool lowercase) : rule_(rule), lowercase_(lowercase) {}

  // The next token from `at` on, in `token`; moves `at` behind it. False: there is none.
  bool next(std::string_view text, size_t& at, std::string& token) const;

 private:
  void take(char32_t code, std::string& token) const;
  bool next_word(std::string_view text, size_t& at, std::string& token) const;
  bool next_between_blanks(std::string_view text, size_t& at, std::string& token) const;

  dataset::Tokenizer rule_;
  bool lowercase_;
};

}  // namespace howdah::text
