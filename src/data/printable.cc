#include "data/printable.h"

#include <fmt/format.h>

#include <cstdint>

namespace howdah::data {
namespace {

struct Character {
  char32_t code = 0;
  size_t bytes = 1;
  bool valid = false;
};

// The first character of a text that is not empty: shortest form, no surrogates, up to U+10FFFF.
Character first_character(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {lead, 1, false};
  char32_t code = lead & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {lead, 1, false};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[bytes] || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
    return {lead, 1, false};
  return {code, bytes, true};
}

// Characters that act on their surroundings instead of being seen.
bool acts(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) ||         // C0, DEL, C1
         code == 0x61c || code == 0x200e || code == 0x200f ||     // marks of direction
         (code >= 0x2028 && code <= 0x202e) ||                    // separators, embeddings
         (code >= 0x2066 && code <= 0x2069) || code == 0xfeff ||  // isolates, byte order mark
         (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe0fff);  // tags
}

size_t width(char32_t code) {
  const auto within = [code](char32_t first, char32_t last) {
    return code >= first && code <= last;
  };
  if (within(0x300, 0x36f) || within(0x483, 0x489) || within(0x591, 0x5bd) ||
      within(0x64b, 0x65f) || within(0x1ab0, 0x1aff) || within(0x200b, 0x200d) ||
      within(0x20d0, 0x20ff) || within(0xfe00, 0xfe0f))
    return 0;
  // Blocks of Unicode's EastAsianWidth that are wide as a whole.
  if (within(0x1100, 0x115f) || within(0x2e80, 0xa4cf) || within(0xac00, 0xd7a3) ||
      within(0xf900, 0xfaff) || within(0xfe30, 0xfe6f) || within(0xff00, 0xff60) ||
      within(0x1f300, 0x1f64f) || within(0x1f900, 0x1f9ff) || within(0x20000, 0x3fffd))
    return 2;
  return 1;
}

std::string escape_of(const Character& character) {
  switch (character.code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return character.code < 0x100
                 ? fmt::format("\\x{:02x}", static_cast<uint32_t>(character.code))
                 : fmt::format("\\u{:04x}", static_cast<uint32_t>(character.code));
  }
}

}  // namespace

std::string printable(std::string_view text, size_t max_columns) {
  std::string shown;
  // Where to cut if the text turns out too long: the last place that leaves a column for "…".
  size_t cut = 0, columns = 0;
  // Marks take no column; a letter with a hundred of them is no letter.
  const size_t max_bytes = 4 * max_columns;
  while (!text.empty()) {
    const Character character = first_character(text);
    const bool escaped = !character.valid || acts(character.code);
    const std::string piece =
        escaped ? escape_of(character) : std::string(text.substr(0, character.bytes));
    columns += escaped ? piece.size() : width(character.code);
    if (columns > max_columns || shown.size() + piece.size() > max_bytes) {
      shown.resize(cut);
      return max_columns == 0 ? "" : shown + "…";
    }
    shown += piece;
    if (columns < max_columns) cut = shown.size();
    text.remove_prefix(character.bytes);
  }
  return shown;
}

size_t columns_of(std::string_view printable_text) {
  size_t columns = 0;
  while (!printable_text.empty()) {
    const Character character = first_character(printable_text);
    columns += width(character.code);
    printable_text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string padded(std::string_view text, size_t columns) {
  std::string shown = printable(text, columns);
  shown.append(columns - std::min(columns, columns_of(shown)), ' ');
  return shown;
}

}  // namespace howdah::data
