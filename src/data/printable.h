// Names and values of users, made fit to be shown: on a terminal, and inside a line of a page.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace howdah::data {

// As a person may safely see it, in UTF-8. Control characters (with them all of a terminal's escape
// sequences), characters that turn the direction of writing, and bytes that are not UTF-8 become
// "\n", "\x1b", "\u202e". Longer than `max_columns` of a terminal: cut, ending in "…".
std::string printable(std::string_view text, size_t max_columns = 100);
// Columns that printable text takes on a terminal: two for a wide East Asian character or a
// picture, none for a combining mark.
size_t columns_of(std::string_view printable_text);
// printable(), filled up with spaces.
std::string padded(std::string_view text, size_t columns);

}  // namespace howdah::data
