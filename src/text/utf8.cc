#include "text/utf8.h"

#include <utf8proc.h>

#include <algorithm>

namespace howdah::text {

CodePoint code_point_at(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {byte};
  utf8proc_int32_t code = -1;
  const auto left = static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size() - at, 4));
  const auto bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at), left, &code);
  if (bytes <= 0 || code < 0) return {0xFFFD, 1, false};
  return {static_cast<char32_t>(code), static_cast<size_t>(bytes)};
}

void append_utf8(char32_t code, std::string& to) {
  utf8proc_uint8_t encoded[4];
  const auto bytes = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), encoded);
  to.append(reinterpret_cast<const char*>(encoded), static_cast<size_t>(bytes));
}

bool is_valid_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (!point.valid) return false;
    at += point.bytes;
  }
  return true;
}

}  // namespace howdah::text
