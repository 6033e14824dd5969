// White space in UTF-8: the code points that have Unicode's property White_Space.
#pragma once

#include <cstddef>
#include <string_view>

namespace howdah::transform {

// How many bytes of white space `text` has at `at`: 0 where another character (or the end) is.
inline size_t white_space_at(std::string_view text, size_t at) {
  if (at >= text.size()) return 0;
  const auto byte = [&](size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return first == ' ' || (first >= '\t' && first <= '\r') ? 1 : 0;
  switch (first) {
    case 0xC2:  // U+0085, U+00A0
      return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;
    case 0xE1:  // U+1680
      return byte(1) == 0x9A && byte(2) == 0x80 ? 3 : 0;
    case 0xE2:  // U+2000 to U+200A, U+2028, U+2029, U+202F; U+205F
      if (byte(1) == 0x80)
        return (byte(2) >= 0x80 && byte(2) <= 0x8A) || byte(2) == 0xA8 || byte(2) == 0xA9 ||
                       byte(2) == 0xAF
                   ? 3
                   : 0;
      return byte(1) == 0x81 && byte(2) == 0x9F ? 3 : 0;
    case 0xE3:  // U+3000
      return byte(1) == 0x80 && byte(2) == 0x80 ? 3 : 0;
    default:
      return 0;
  }
}

// visit(word) for each stretch between white space.
template <typename Visit>
void each_word(std::string_view text, Visit&& visit) {
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t white = white_space_at(text, at);
    if (!white) {
      ++at;
      continue;
    }
    if (at > begin) visit(text.substr(begin, at - begin));
    begin = at += white;
  }
  if (begin < text.size()) visit(text.substr(begin));
}

}  // namespace howdah::transform
