#include "formats/json_scanner.h"

#include <fmt/core.h>

#include <cstdint>

#include "formats/byte_scan.h"
#include "formats/hex_digit.h"

namespace howdah::formats {
namespace {

constexpr size_t kMaxDepth = 1000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The four digits at `at`; negative where they are none.
int32_t hex_unit(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return -1;
  int32_t unit = 0;
  for (size_t i = 0; i < 4; ++i) {
    const int digit = hex_digit(text[at + i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

void append_character(uint32_t code, std::string& out) {
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xe0 | code >> 12);
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
    }
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

// The unit behind the "\\u" at `at`, and its other half where one follows. Negative: it is half a
// pair.
struct Character {
  int32_t code = -1;
  size_t length = 6;
};
Character character_at(std::string_view text, size_t at) {
  const int32_t unit = hex_unit(text, at + 2);
  if ((unit & 0xf800) != 0xd800) return {unit};
  if (unit >= 0xdc00 || text.substr(at + 6, 2) != "\\u") return {};
  const int32_t low = hex_unit(text, at + 8);
  if (low < 0 || (low & 0xfc00) != 0xdc00) return {};
  return {0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff), 12};
}

}  // namespace

bool JsonScanner::fail(const char* what) {
  error_ = fmt::format("{} at byte {} of the line", what, at_);
  return false;
}

void JsonScanner::skip_blanks() {
  while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t' || line_[at_] == '\r'))
    ++at_;
}

// Behind the opening quote.
bool JsonScanner::string(std::string_view* text, bool* escaped) {
  const char *begin = line_.data() + at_, *end = line_.data() + line_.size(), *at = begin;
  *escaped = false;
  while (true) {
    at = find_any(at, end, '"', '\\', '"');
    if (at == end) return fail("a string is not closed");
    if (*at == '"') break;
    *escaped = true;
    if (at + 1 == end) return fail("a string is not closed");
    const char kind = at[1];
    if (kind == 'u') {
      if (hex_unit({at, static_cast<size_t>(end - at)}, 2) < 0) return fail("no such escape");
    } else if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos) {
      return fail("no such escape");
    }
    at += 2;
  }
  *text = {begin, static_cast<size_t>(at - begin)};
  at_ = static_cast<size_t>(at - line_.data()) + 1;
  return true;
}

bool JsonScanner::literal(JsonValue* value) {
  const std::string_view rest = line_.substr(at_);
  const auto take = [&](std::string_view word, JsonValue::Kind kind) {
    if (!rest.starts_with(word)) return false;
    *value = {rest.substr(0, word.size()), kind};
    at_ += word.size();
    return true;
  };
  return take("true", JsonValue::Kind::kBool) || take("false", JsonValue::Kind::kBool) ||
         take("null", JsonValue::Kind::kNull) || take("NaN", JsonValue::Kind::kNull) ||
         take("Infinity", JsonValue::Kind::kNumber) ||
         take("-Infinity", JsonValue::Kind::kNumber) || fail("no value");
}

bool JsonScanner::number(JsonValue* value) {
  const size_t begin = at_;
  const auto digits = [&] {
    const size_t from = at_;
    while (at_ < line_.size() && is_digit(line_[at_])) ++at_;
    return at_ > from;
  };
  const auto next_is = [&](std::string_view any) {
    return at_ < line_.size() && any.find(line_[at_]) != std::string_view::npos;
  };
  if (next_is("-")) ++at_;
  if (!digits()) return fail("no number");
  if (next_is(".")) {
    ++at_;
    if (!digits()) return fail("no number");
  }
  if (next_is("eE")) {
    ++at_;
    if (next_is("+-")) ++at_;
    if (!digits()) return fail("no number");
  }
  *value = {line_.substr(begin, at_ - begin), JsonValue::Kind::kNumber};
  return true;
}

bool JsonScanner::nested(JsonValue* value) {
  const size_t begin = at_;
  std::string open;  // the brackets that must close
  while (at_ < line_.size()) {
    const char c = line_[at_++];
    if (c == '"') {
      std::string_view text;
      bool escaped = false;
      if (!string(&text, &escaped)) return false;
    } else if (c == '{' || c == '[') {
      if (open.size() == kMaxDepth) return fail("nested too deeply");
      open.push_back(c == '{' ? '}' : ']');
    } else if (c == '}' || c == ']') {
      if (open.back() != c) return fail("a bracket that does not fit");
      open.pop_back();
      if (!open.empty()) continue;
      *value = {line_.substr(begin, at_ - begin), JsonValue::Kind::kNested};
      return true;
    }
  }
  return fail("a bracket is not closed");
}

bool JsonScanner::end_of_object() {
  ++at_;
  skip_blanks();
  if (at_ < line_.size()) return fail("something behind the object");
  return false;
}

bool JsonScanner::next(std::string_view* key, bool* key_escaped, JsonValue* value) {
  skip_blanks();
  if (!begun_) {
    if (at_ == line_.size() || line_[at_] != '{') return fail("no object");
    ++at_;
    begun_ = true;
    skip_blanks();
    if (at_ < line_.size() && line_[at_] == '}') return end_of_object();
  } else {
    if (at_ == line_.size()) return fail("the object is not closed");
    if (line_[at_] == '}') return end_of_object();
    if (line_[at_] != ',') return fail("no comma");
    ++at_;
    skip_blanks();
  }
  if (at_ == line_.size() || line_[at_] != '"') return fail("no key");
  ++at_;
  if (!string(key, key_escaped)) return false;
  skip_blanks();
  if (at_ == line_.size() || line_[at_] != ':') return fail("no colon");
  ++at_;
  skip_blanks();
  if (at_ == line_.size()) return fail("no value");
  const char c = line_[at_];
  if (c == '"') {
    ++at_;
    bool escaped = false;
    if (!string(&value->text, &escaped)) return false;
    value->kind = escaped ? JsonValue::Kind::kEscaped : JsonValue::Kind::kString;
    return true;
  }
  if (is_digit(c) || (c == '-' && at_ + 1 < line_.size() && line_[at_ + 1] != 'I'))
    return number(value);
  return c == '{' || c == '[' ? nested(value) : literal(value);
}

bool has_lone_surrogate(std::string_view text) {
  for (size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
    if (text.substr(at, 2) != "\\u") {
      at += 2;
      continue;
    }
    const Character character = character_at(text, at);
    if (character.code < 0) return true;
    at += character.length;
  }
  return false;
}

std::string_view unescape_json(std::string_view text, std::string& scratch) {
  scratch.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      scratch.push_back(text[i]);
      continue;
    }
    const char kind = text[++i];
    switch (kind) {
      case 'b':
        scratch.push_back('\b');
        break;
      case 'f':
        scratch.push_back('\f');
        break;
      case 'n':
        scratch.push_back('\n');
        break;
      case 'r':
        scratch.push_back('\r');
        break;
      case 't':
        scratch.push_back('\t');
        break;
      case 'u': {
        const Character character = character_at(text, i - 1);
        append_character(character.code < 0 ? 0xfffd : static_cast<uint32_t>(character.code),
                         scratch);
        i += character.length - 2;
        break;
      }
      default:
        scratch.push_back(kind);
    }
  }
  scratch.append(16, '\0');
  return std::string_view(scratch).substr(0, scratch.size() - 16);
}

}  // namespace howdah::formats
