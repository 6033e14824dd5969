#include "measure/tokenizer_13a.h"

#include "measure/unicode_text.h"

namespace howdah::measure {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_point(char c) {
  return c == '.' || c == ',';
}

// ASCII's punctuation but for ' , - and .
bool stands_alone(char c) {
  return (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') || c == '/' || (c >= ':' && c <= '@') ||
         (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  size_t found = text.find(from);
  if (found == std::string::npos) return;
  std::string replaced;
  size_t begin = 0;
  for (; found != std::string::npos; found = text.find(from, begin)) {
    replaced.append(text, begin, found - begin).append(to);
    begin = found + from.size();
  }
  text = replaced.append(text, begin);
}

// Writes each two neighbours that fit `left` and `right` as "before left between right after", from
// left to right, none twice.
template <typename Left, typename Right>
std::string spaced(const std::string& text, Left left, Right right, std::string_view before,
                   std::string_view after) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && left(text[i]) && right(text[i + 1])) {
      out.append(before) += text[i];
      (out += ' ') += text[++i];
      out.append(after);
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

// Bytes are as good as characters here: what is looked for is ASCII, and a space beside or within
// the reach of a character of several bytes comes to lie beside it either way.
std::string tokenized_13a(std::string_view text) {
  const auto words = words_of(text);
  if (words.empty()) return {};
  const std::string_view last = words.back();
  std::string line(text.substr(0, static_cast<size_t>(last.data() - text.data()) + last.size()));
  replace_all(line, "<skipped>", "");
  replace_all(line, "-\n", "");
  replace_all(line, "\n", " ");
  replace_all(line, "&quot;", "\"");
  replace_all(line, "&amp;", "&");
  replace_all(line, "&lt;", "<");
  replace_all(line, "&gt;", ">");

  std::string apart = " ";
  for (const char c : line) {
    if (stands_alone(c))
      ((apart += ' ') += c) += ' ';
    else
      apart += c;
  }
  apart += ' ';
  const auto no_digit = [](char c) { return !is_digit(c); };
  const auto dash = [](char c) { return c == '-'; };
  apart = spaced(apart, no_digit, is_point, "", " ");
  apart = spaced(apart, is_point, no_digit, " ", "");
  return spaced(apart, is_digit, dash, "", " ");
}

}  // namespace howdah::measure
