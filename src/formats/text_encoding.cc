#include "formats/text_encoding.h"

#include <arrow/util/utf8.h>
#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace howdah::formats {
namespace {

// 0x80 to 0x9f; zero has no meaning there.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

// Surrogates too, which makes invalid UTF-8 of them.
void append_utf8(uint32_t code, std::string& out) {
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

bool is_surrogate(uint32_t unit, uint32_t first) {
  return (unit & 0xfc00) == first;
}

size_t ascii_prefix(std::string_view text) {
  size_t at = 0;
  for (; at + 64 <= text.size(); at += 64) {
    const auto* block = reinterpret_cast<const __m128i*>(text.data() + at);
    const __m128i any =
        _mm_or_si128(_mm_or_si128(_mm_loadu_si128(block), _mm_loadu_si128(block + 1)),
                     _mm_or_si128(_mm_loadu_si128(block + 2), _mm_loadu_si128(block + 3)));
    if (_mm_movemask_epi8(any) != 0) break;
  }
  return at;
}

}  // namespace

Result<Encoding> encoding_of(const std::string& name) {
  if (name == "utf-8") return Encoding::kUtf8;
  if (name == "latin-1") return Encoding::kLatin1;
  if (name == "windows-1252") return Encoding::kWindows1252;
  if (name == "utf-16") return Encoding::kUtf16;
  return Status(Code::kInvalidArgument, "no encoding '" + name + "'")
      .with_advice("there are utf-8, latin-1, windows-1252 and utf-16");
}

bool is_valid_utf8(std::string_view text) {
  text.remove_prefix(ascii_prefix(text));
  if (text.empty()) return true;
  static const bool ready = (arrow::util::InitializeUTF8(), true);
  return ready && arrow::util::ValidateUTF8(text);
}

std::string single_byte_to_utf8(std::string_view text, Encoding encoding) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  size_t at = 0;
  while (at < text.size()) {
    const size_t ascii = ascii_prefix(text.substr(at));
    out.append(text, at, ascii);
    at += ascii;
    for (const size_t end = std::min(text.size(), at + 64); at < end; ++at) {
      const auto byte = static_cast<uint8_t>(text[at]);
      if (encoding == Encoding::kWindows1252 && byte >= 0x80 && byte < 0xa0) {
        const uint16_t code = kWindows1252[byte - 0x80];
        if (code == 0) {
          out.push_back(text[at]);  // alone it is no UTF-8
        } else {
          append_utf8(code, out);
        }
      } else {
        append_utf8(byte, out);
      }
    }
  }
  return out;
}

size_t single_byte_position(std::string_view converted, size_t utf8_bytes) {
  const auto begin = converted.substr(0, utf8_bytes);
  size_t continued = 0, following = 0;
  for (const char c : begin) {
    const auto byte = static_cast<uint8_t>(c);
    // A byte without a meaning stands alone and counts.
    if (following > 0 && (byte & 0xc0) == 0x80) {
      ++continued;
      --following;
    } else {
      following = byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
    }
  }
  return begin.size() - continued;
}

void Utf16Decoder::decode(std::string_view piece, std::string& out) {
  for (const char c : piece) {
    const auto byte = static_cast<uint8_t>(c);
    if (half_ < 0) {
      half_ = byte;
      continue;
    }
    uint32_t value = big_endian_ ? static_cast<uint32_t>(half_) << 8 | byte
                                 : static_cast<uint32_t>(half_) | uint32_t{byte} << 8;
    half_ = -1;
    if (!begun_) {
      begun_ = true;
      if (value == 0xfeff) continue;
      if (value == 0xfffe) {
        big_endian_ = true;
        continue;
      }
    }
    unit(value, out);
  }
}

void Utf16Decoder::unit(uint32_t value, std::string& out) {
  if (high_ != 0 && is_surrogate(value, 0xdc00)) {
    append_utf8(0x10000 + ((high_ & 0x3ff) << 10) + (value & 0x3ff), out);
    high_ = 0;
    return;
  }
  if (high_ != 0) append_utf8(high_, out);
  high_ = 0;
  if (is_surrogate(value, 0xd800)) {
    high_ = value;
  } else {
    append_utf8(value, out);
  }
}

void Utf16Decoder::finish(std::string& out) {
  if (high_ != 0) append_utf8(high_, out);
  if (half_ >= 0) out.push_back('\xff');
  high_ = 0;
  half_ = -1;
}

std::string printable(std::string_view text, size_t limit) {
  // Cut before a character, not within it.
  if (text.size() > limit) {
    text = text.substr(0, limit);
    for (int back = 0; back < 3 && !text.empty(); ++back) {
      if ((static_cast<uint8_t>(text.back()) & 0xc0) != 0x80) break;
      if (is_valid_utf8(text)) break;
      text.remove_suffix(1);
    }
    if (!text.empty() && static_cast<uint8_t>(text.back()) >= 0xc0) text.remove_suffix(1);
  }
  if (is_valid_utf8(text)) return std::string(text);
  std::string out;
  while (!text.empty() && out.size() + 3 <= limit) {
    size_t length = 1;
    while (length < 4 && length < text.size() && !is_valid_utf8(text.substr(0, length))) ++length;
    if (is_valid_utf8(text.substr(0, length))) {
      out.append(text, 0, length);
    } else {
      length = 1;
      out += "\xef\xbf\xbd";
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace howdah::formats
