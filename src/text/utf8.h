// Texts as code points.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace howdah::text {

struct CodePoint {
  char32_t code = 0;
  size_t bytes = 1;
  bool valid = true;  // else one byte that is no UTF-8, and U+FFFD
};
// at < text.size().
CodePoint code_point_at(std::string_view text, size_t at);
void append_utf8(char32_t code, std::string& to);
bool is_valid_utf8(std::string_view text);

}  // namespace howdah::text
