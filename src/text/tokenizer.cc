#include "text/tokenizer.h"

#include <utf8proc.h>

#include "text/utf8.h"

namespace howdah::text {
namespace {

enum class Kind { kWord, kAlone, kParts };

bool is_apostrophe(char32_t code) {
  return code == U'\'' || code == U'\u2019';
}

// Han, kana, and their extensions.
bool is_without_blanks(char32_t code) {
  return (code >= 0x2E80 && code <= 0x30FF) || (code >= 0x3400 && code <= 0x9FFF) ||
         (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x20000 && code <= 0x3FFFF);
}

Kind kind_of(char32_t code) {
  if (code < 0x80) {
    if ((code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') ||
        (code >= 'A' && code <= 'Z'))
      return Kind::kWord;
    return code > ' ' && code < 0x7F ? Kind::kAlone : Kind::kParts;
  }
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return is_without_blanks(code) ? Kind::kAlone : Kind::kWord;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Kind::kWord;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
      return Kind::kParts;
    default:
      return Kind::kAlone;
  }
}

}  // namespace

void Tokenizer::take(char32_t code, std::string& token) const {
  if (code < 0x80) {
    const bool capital = lowercase_ && code >= 'A' && code <= 'Z';
    token.push_back(static_cast<char>(capital ? code + ('a' - 'A') : code));
    return;
  }
  if (lowercase_)
    code = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code)));
  append_utf8(code, token);
}

bool Tokenizer::next(std::string_view text, size_t& at, std::string& token) const {
  token.clear();
  if (rule_ == dataset::Tokenizer::kWords) return next_word(text, at, token);
  if (rule_ == dataset::Tokenizer::kBlanks) return next_between_blanks(text, at, token);
  if (at >= text.size()) return false;
  const CodePoint point = code_point_at(text, at);
  take(point.code, token);
  at += point.bytes;
  return true;
}

bool Tokenizer::next_word(std::string_view text, size_t& at, std::string& token) const {
  while (at < text.size()) {
    const CodePoint point = code_point_at(text, at);
    const Kind kind = kind_of(point.code);
    const bool joins = !token.empty() && is_apostrophe(point.code) &&
                       at + point.bytes < text.size() &&
                       kind_of(code_point_at(text, at + point.bytes).code) == Kind::kWord;
    if (!token.empty() && kind != Kind::kWord && !joins) return true;
    at += point.bytes;
    if (kind == Kind::kParts) continue;
    take(point.code, token);
    if (kind == Kind::kAlone && !joins) return true;
  }
  return !token.empty();
}

bool Tokenizer::next_between_blanks(std::string_view text, size_t& at, std::string& token) const {
  const auto is_blank = [&](size_t place) {
    const char c = text[place];
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  };
  while (at < text.size() && is_blank(at)) ++at;
  while (at < text.size() && !is_blank(at)) {
    const CodePoint point = code_point_at(text, at);
    take(point.code, token);
    at += point.bytes;
  }
  return !token.empty();
}

}  // namespace howdah::text
