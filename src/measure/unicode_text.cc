#include "measure/unicode_text.h"

#include <cstdint>

namespace howdah::measure {
namespace {

constexpr char32_t kEscape = 0xdc00;

}  // namespace

// Unicode 15, table 3-7: the second byte's range depends on the first.
char32_t next_character(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  const uint8_t first = byte(0);
  size_t length = 1;
  uint8_t least = 0x80, most = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3;
    if (first == 0xe0) least = 0xa0;
    if (first == 0xed) most = 0x9f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4;
    if (first == 0xf0) least = 0x90;
    if (first == 0xf4) most = 0x8f;
  }
  bool valid = first < 0x80 || (length > 1 && length <= text.size() - at);
  char32_t character = length == 1 ? first : first & (0x7fu >> length);
  for (size_t i = 1; valid && i < length; ++i) {
    valid = byte(i) >= least && byte(i) <= most;
    character = character << 6 | (byte(i) & 0x3fu);
    least = 0x80;
    most = 0xbf;
  }
  if (!valid) {
    ++at;
    return kEscape + first;
  }
  at += length;
  return character;
}

bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  size_t begin = 0;  // of the word that goes on
  for (size_t at = 0; at < text.size();) {
    const size_t before = at;
    if (!is_white_space(next_character(text, at))) continue;
    if (before > begin) words.push_back(text.substr(begin, before - begin));
    begin = at;
  }
  if (begin < text.size()) words.push_back(text.substr(begin));
  return words;
}

}  // namespace howdah::measure
