// What a reader sees of a piece of HTML: tags out, entities decoded.
#pragma once

#include <string>
#include <string_view>

namespace howdah::transform {

// Appends to `into`. Takes time linear in the text's length, whatever it holds.
//
// A tag is "<" and a letter, "/", "!" or "?", up to the next ">" outside of quotes; one that
// another
// "<" or the end comes before is text. Tags of blocks (p, div, br, li, td...) become a space,
// others nothing; comments go, and so do scripts and styles with their content. Entities with a
// semicolon are decoded, once: HTML 4's names of Latin-1 letters and of common signs, and numbers
// (as HTML 5 reads them: 128 to 159 are Windows-1252, impossible ones U+FFFD); others stay.
void append_without_html(std::string_view html, std::string& into);

// False: append_without_html would change nothing.
bool may_be_html(std::string_view text);

// The code point in UTF-8.
void append_utf8(char32_t code_point, std::string& into);

}  // namespace howdah::transform
