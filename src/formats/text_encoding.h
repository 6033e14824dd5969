// The encodings of text files, all brought to UTF-8.
//
// What has no meaning in the source's encoding becomes bytes that are no valid UTF-8, so that one
// check afterwards finds the records that hold it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace howdah::formats {

enum class Encoding { kUtf8, kLatin1, kWindows1252, kUtf16 };
//   kInvalidArgument  names those that there are
Result<Encoding> encoding_of(const std::string& name);

bool is_valid_utf8(std::string_view text);

// Of the single-byte encodings: latin-1, windows-1252.
std::string single_byte_to_utf8(std::string_view text, Encoding encoding);
// The bytes in the single-byte encoding that became the first `utf8_bytes` of `converted`.
size_t single_byte_position(std::string_view converted, size_t utf8_bytes);

// UTF-16 in pieces of any length: little-endian, unless a byte order mark says otherwise (the mark
// is not delivered).
class Utf16Decoder {
 public:
  void decode(std::string_view piece, std::string& append_to);
  // At the end of the text: what is left of a unit that was cut off.
  void finish(std::string& append_to);

 private:
  void unit(uint32_t value, std::string& out);
  bool begun_ = false, big_endian_ = false;
  int half_ = -1;      // the first byte of a unit
  uint32_t high_ = 0;  // a high surrogate that waits for its low one
};

// Cuts to at most `limit` bytes and replaces what is no UTF-8, for reports.
std::string printable(std::string_view text, size_t limit);

}  // namespace howdah::formats
