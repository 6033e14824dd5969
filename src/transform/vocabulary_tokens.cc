#include "transform/vocabulary_tokens.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace howdah::transform {
namespace {

enum class Kind : uint8_t { kSeparates, kStays, kCapital };

constexpr std::array<Kind, 128> kAscii = [] {
  std::array<Kind, 128> kinds{};
  for (unsigned c = '0'; c <= '9'; ++c) kinds[c] = Kind::kStays;
  for (unsigned c = 'a'; c <= 'z'; ++c) kinds[c] = Kind::kStays;
  for (unsigned c = 'A'; c <= 'Z'; ++c) kinds[c] = Kind::kCapital;
  return kinds;
}();

struct Point {
  utf8proc_int32_t code;  // negative: no UTF-8
  size_t bytes;
};

Point point_at(std::string_view text, size_t at) {
  utf8proc_int32_t code = -1;
  const auto left = static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size() - at, 4));
  const auto bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at), left, &code);
  if (bytes <= 0) return {-1, 1};
  return {code, static_cast<size_t>(bytes)};
}

Kind kind_of(utf8proc_int32_t code) {
  if (code < 0) return Kind::kSeparates;
  const auto category = utf8proc_category(code);
  const bool word = (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
                    (category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME) ||
                    (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
  if (!word) return Kind::kSeparates;
  return utf8proc_tolower(code) != code ? Kind::kCapital : Kind::kStays;
}

}  // namespace

Tokens::Run Tokens::word_at(std::string_view text, size_t from) const {
  size_t begin = from;
  bool inside = false, capitals = false;
  for (size_t at = from; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    size_t bytes = 1;
    Kind kind;
    if (byte < 0x80) {
      kind = kAscii[byte];
    } else {
      const Point point = point_at(text, at);
      kind = kind_of(point.code);
      bytes = point.bytes;
    }
    if (kind == Kind::kSeparates) {
      if (inside) return {begin, at, capitals && lower_};
    } else {
      if (!inside) begin = at;
      inside = true;
      capitals |= kind == Kind::kCapital;
    }
    at += bytes;
  }
  if (!inside) return {text.size(), text.size(), false};
  return {begin, text.size(), capitals && lower_};
}

Tokens::Run Tokens::character_at(std::string_view text, size_t from) const {
  const Point point = point_at(text, from);
  const bool changes = point.code < 0 || (lower_ && utf8proc_tolower(point.code) != point.code);
  return {from, from + point.bytes, changes};
}

std::string_view Tokens::rewritten(std::string_view token, std::string& scratch) const {
  scratch.clear();
  for (size_t at = 0; at < token.size();) {
    const auto byte = static_cast<unsigned char>(token[at]);
    if (byte < 0x80) {
      const bool capital = lower_ && kAscii[byte] == Kind::kCapital;
      scratch.push_back(static_cast<char>(capital ? byte + ('a' - 'A') : byte));
      ++at;
      continue;
    }
    const Point point = point_at(token, at);
    utf8proc_int32_t code = point.code < 0 ? 0xFFFD : point.code;
    if (lower_) code = utf8proc_tolower(code);
    utf8proc_uint8_t encoded[4];
    const auto bytes = utf8proc_encode_char(code, encoded);
    scratch.append(reinterpret_cast<const char*>(encoded), static_cast<size_t>(bytes));
    at += point.bytes;
  }
  return scratch;
}

}  // namespace howdah::transform
