#include "prepare/expression_tokens.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

namespace howdah::prepare {
namespace {
using Token = ExpressionToken;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// At most some 60 bytes around the position, cut between characters.
std::string excerpt(const std::string& text, size_t position) {
  if (text.size() <= 80) return text;
  size_t begin = position > 30 ? position - 30 : 0;
  size_t end = std::min(text.size(), begin + 60);
  while (begin > 0 && is_continuation(text[begin])) --begin;
  while (end < text.size() && is_continuation(text[end])) ++end;
  return (begin > 0 ? "..." : "") + text.substr(begin, end - begin) +
         (end < text.size() ? "..." : "");
}

class Scanner {
 public:
  explicit Scanner(const std::string& text) : text_(text) {}

  Result<Token> next() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string::npos)
      ++at_;
    Token token;
    token.position = token.end = at_;
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    if (is_digit(c) || (c == '.' && is_digit(peek(1))))
      HOWDAH_TRY(number(token));
    else if (begins_name(c))
      name(token);
    else if (c == '"' || c == '\'' || c == '`')
      HOWDAH_TRY(quoted(token));
    else
      HOWDAH_TRY(sign(token));
    token.end = at_;
    return token;
  }

 private:
  char peek(size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void skip_digits() {
    while (is_digit(peek(0))) ++at_;
  }

  void name(Token& token) {
    const size_t begin = at_;
    while (at_ < text_.size() && (begins_name(text_[at_]) || is_digit(text_[at_]))) ++at_;
    token.kind = Token::Kind::kName;
    token.text = text_.substr(begin, at_ - begin);
  }

  Status quoted(Token& token) {
    const size_t begin = at_;
    const char quote = text_[at_++];
    while (true) {
      if (at_ == text_.size())
        return complain(text_, begin, std::string("the ") + quote + " is never closed");
      if (text_[at_] == quote) {
        if (peek(1) != quote) break;
        ++at_;
      }
      token.text += text_[at_++];
    }
    ++at_;
    token.kind = quote == '`' ? Token::Kind::kQuotedName : Token::Kind::kText;
    if (quote == '`' && token.text.empty())
      return complain(text_, begin, "a column's name is missing between ` and `");
    return Status::ok();
  }

  Status number(Token& token) {
    const size_t begin = at_;
    bool whole = true;
    skip_digits();
    if (peek(0) == '.') {
      whole = false;
      ++at_;
      skip_digits();
    }
    if (peek(0) == 'e' || peek(0) == 'E') {
      const size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if (is_digit(peek(sign))) {
        whole = false;
        at_ += sign;
        skip_digits();
      }
    }
    token.text = text_.substr(begin, at_ - begin);
    if (begins_name(peek(0)) || peek(0) == '.')
      return complain(text_, begin, "a number that goes on with '" + text_.substr(at_, 1) + "'");
    const char* first = token.text.data();
    const char* last = first + token.text.size();
    if (!whole) {
      token.kind = Token::Kind::kNumber;
      if (std::from_chars(first, last, token.number).ec != std::errc())
        return complain(text_, begin, "the number does not fit into 64 bits");
      return Status::ok();
    }
    token.kind = Token::Kind::kInteger;
    if (std::from_chars(first, last, token.magnitude).ec != std::errc() ||
        token.magnitude > uint64_t{1} << 63)
      return complain(text_, begin, "the whole number does not fit into 64 bits")
          .with_advice("write it as a float: " + token.text + ".0");
    return Status::ok();
  }

  Status sign(Token& token) {
    static constexpr std::array<std::string_view, 16> kSigns = {
        "==", "!=", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "%", "(", ")", ",", ""};
    static constexpr std::array<std::array<std::string_view, 2>, 5> kForeign = {
        {{"&&", "and"}, {"||", "or"}, {"<>", "!="}, {"**", "*"}, {"!", "not"}}};
    const std::string_view rest = std::string_view(text_).substr(at_);
    if (!rest.starts_with("!="))
      for (const auto& [foreign, ours] : kForeign)
        if (rest.starts_with(foreign))
          return complain(text_, at_, "unknown operator '" + std::string(foreign) + "'")
              .with_advice("did you mean '" + std::string(ours) + "'?");
    const auto* const found =
        std::find_if(kSigns.begin(), kSigns.end(),
                     [rest](std::string_view one) { return rest.starts_with(one); });
    if (found->empty()) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x20 || byte == 0x7f) return complain(text_, at_, "a control character");
      return complain(text_, at_, std::string("unknown sign '") + text_[at_] + "'");
    }
    token.kind = Token::Kind::kSign;
    token.text = *found;
    at_ += found->size();
    return Status::ok();
  }

  const std::string& text_;
  size_t at_ = 0;
};

}  // namespace

Status complain(const std::string& text, size_t position, const std::string& what) {
  const auto first = text.begin();
  const auto here = first + static_cast<std::ptrdiff_t>(std::min(position, text.size()));
  const auto characters = std::count_if(first, here, [](char c) { return !is_continuation(c); });
  return Status(Code::kInvalidArgument, "character " + std::to_string(characters + 1) + " of '" +
                                            excerpt(text, position) + "': " + what);
}

Result<std::vector<ExpressionToken>> tokens_of(const std::string& text) {
  std::vector<Token> tokens;
  Scanner scanner(text);
  do {
    tokens.push_back(HOWDAH_TRY(scanner.next()));
  } while (tokens.back().kind != Token::Kind::kEnd);
  return tokens;
}

}  // namespace howdah::prepare
