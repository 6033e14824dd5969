// Text as Python's str sees it, for measures that must equal those of Python programs.
//
// A byte that begins no valid UTF-8 sequence is a character of its own, U+DC80 and above, as
// Python's "surrogateescape" reads it: no text is refused.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace howdah::measure {

// The character at `at`, which lies in the text; moves `at` behind it.
char32_t next_character(std::string_view text, size_t& at);

bool is_white_space(char32_t character);  // str.isspace()

// str.split(): what lies between white space; views into the text.
std::vector<std::string_view> words_of(std::string_view text);

}  // namespace howdah::measure
