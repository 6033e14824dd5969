// Texts into words or characters.
//
// A word is a run of letters, marks and digits (Unicode's general categories L, M and N); all else
// separates. Characters are code points. Bytes that are no UTF-8 separate words, and are U+FFFD as
// characters. Small letters are those of Unicode's simple case mapping, one code point to one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace howdah::transform {

class Tokens {
 public:
  Tokens(bool characters, bool lower) : characters_(characters), lower_(lower) {}

  // visit(token) for each in order; it lies in `text` or in `scratch`.
  template <typename Visit>
  void each(std::string_view text, std::string& scratch, const Visit& visit) const {
    size_t at = 0;
    while (at < text.size()) {
      const Run run = characters_ ? character_at(text, at) : word_at(text, at);
      at = run.end;
      if (run.begin == run.end) return;
      std::string_view token = text.substr(run.begin, run.end - run.begin);
      if (run.changes) token = rewritten(token, scratch);
      visit(token);
    }
  }

 private:
  struct Run {
    size_t begin, end;  // equal: no further word
    bool changes;       // when it is put in small letters, or its bytes are no UTF-8
  };
  Run word_at(std::string_view text, size_t from) const;  // the first one at or after it
  Run character_at(std::string_view text, size_t from) const;
  std::string_view rewritten(std::string_view token, std::string& scratch) const;

  bool characters_, lower_;
};

}  // namespace howdah::transform
