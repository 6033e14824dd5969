// One line of JSON that holds an object: its keys and values, not yet converted.
//
// RFC 8259; NaN, Infinity and -Infinity as Python writes them too. Nesting is passed over without
// recursion.
#pragma once

#include <string>
#include <string_view>

namespace howdah::formats {

struct JsonValue {
  enum class Kind : uint8_t {
    kNull,     // null, NaN
    kBool,     // text is true or false
    kNumber,   // text is the number
    kString,   // text is what stands between the quotes
    kEscaped,  // the same, with escapes in it
    kNested,   // an object or a list, whole
  };
  std::string_view text;
  Kind kind = Kind::kNull;
};

class JsonScanner {
 public:
  explicit JsonScanner(std::string_view line) : line_(line) {}
  // The next key, as it is between its quotes, and its value; false at the end or at an error.
  bool next(std::string_view* key, bool* key_escaped, JsonValue* value);
  // Why next() was false; empty at the end of a good line.
  const std::string& error() const { return error_; }

 private:
  bool fail(const char* what);
  void skip_blanks();
  bool string(std::string_view* text, bool* escaped);
  bool literal(JsonValue* value);
  bool number(JsonValue* value);
  bool nested(JsonValue* value);
  bool end_of_object();

  const std::string_view line_;
  size_t at_ = 0;
  bool begun_ = false;
  std::string error_;
};

// Whether escapes name half a surrogate pair, which is no character.
bool has_lone_surrogate(std::string_view text);
// Resolves the escapes; what is no half of a pair becomes U+FFFD. 16 readable bytes stand behind
// the answer, which is a part of `scratch`.
std::string_view unescape_json(std::string_view text, std::string& scratch);

}  // namespace howdah::formats
