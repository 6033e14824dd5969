#include "prepare/expression.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>

#include "base/nearest.h"
#include "prepare/expression_functions.h"
#include "prepare/expression_tokens.h"

namespace howdah::prepare {
namespace {
using Kind = Expression::Kind;
using Token = ExpressionToken;

constexpr size_t kLimitBytes = 10'000;
constexpr int kLimitDepth = 64;

// An expression, and how deep its tree is: 1 for a leaf.
struct Node {
  Expression expression;
  int depth = 1;
};

constexpr std::array<std::string_view, 8> kReserved = {"or", "and",     "not",  "in",
                                                       "is", "between", "true", "false"};
bool is_reserved(const std::string& name) {
  return name == "null" || std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

bool is_constant(const Expression& expression) {
  return expression.kind != Kind::kColumn && expression.kind != Kind::kCall;
}

// Recursive descent, one method a level of precedence.
class Parser {
 public:
  Parser(const std::string& text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  Result<Expression> parse() {
    Node node = HOWDAH_TRY(disjunction());
    if (token().kind != Token::Kind::kEnd) return unexpected("the end or an operator");
    return std::move(node.expression);
  }

 private:
  const Token& token(size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  bool is_sign(std::string_view sign) const {
    return token().kind == Token::Kind::kSign && token().text == sign;
  }
  bool is_word(std::string_view word, size_t ahead = 0) const {
    return token(ahead).kind == Token::Kind::kName && token(ahead).text == word;
  }
  bool take_sign(std::string_view sign) { return is_sign(sign) && (++at_, true); }
  bool take_word(std::string_view word) { return is_word(word) && (++at_, true); }

  Status unexpected(const std::string& expected) const {
    const Token& found = token();
    if (found.kind == Token::Kind::kEnd)
      return complain(text_, found.position, "expected " + expected + ", found the end");
    Status status = complain(
        text_, found.position,
        "expected " + expected + ", found '" +
            text_.substr(found.position, std::min<size_t>(found.end - found.position, 60)) + "'");
    if (found.kind != Token::Kind::kName) return status;
    std::string lower = found.text;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (lower != found.text && is_reserved(lower))
      return status.with_advice("write '" + lower + "'");
    if (expected == "a value" && is_reserved(found.text))
      return status.with_advice("a column of this name is written `" + found.text + "`");
    return status;
  }

  Status too_deep(size_t position) const {
    return complain(text_, position, "nested more than " + std::to_string(kLimitDepth) + " deep")
        .with_advice("derive a column of a part of it first");
  }

  Result<Node> call(const std::string& name, size_t position, std::vector<Node> arguments) const {
    Node node;
    node.expression.kind = Kind::kCall;
    node.expression.text = name;
    node.expression.position = position;
    for (Node& argument : arguments) {
      node.depth = std::max(node.depth, argument.depth + 1);
      node.expression.arguments.push_back(std::move(argument.expression));
    }
    if (node.depth > kLimitDepth) return too_deep(position);
    return node;
  }
  Result<Node> unary(const std::string& name, size_t position, Node argument) const {
    std::vector<Node> arguments;
    arguments.push_back(std::move(argument));
    return call(name, position, std::move(arguments));
  }
  Result<Node> binary(const std::string& name, size_t position, Node left, Node right) const {
    std::vector<Node> arguments;
    arguments.push_back(std::move(left));
    arguments.push_back(std::move(right));
    return call(name, position, std::move(arguments));
  }

  // `and` and `or` are associative, so that a long chain makes a balanced tree.
  Result<Node> balanced(const std::string& name, std::vector<Node>& operands,
                        const std::vector<size_t>& positions, size_t begin, size_t end) const {
    if (end - begin == 1) return std::move(operands[begin]);
    const size_t middle = begin + (end - begin) / 2;
    Node left = HOWDAH_TRY(balanced(name, operands, positions, begin, middle));
    Node right = HOWDAH_TRY(balanced(name, operands, positions, middle, end));
    return binary(name, positions[middle - 1], std::move(left), std::move(right));
  }
  Result<Node> chain(const std::string& name, Result<Node> (Parser::*operand)()) {
    std::vector<Node> operands;
    std::vector<size_t> positions;
    operands.push_back(HOWDAH_TRY((this->*operand)()));
    while (is_word(name)) {
      positions.push_back(token().position);
      ++at_;
      operands.push_back(HOWDAH_TRY((this->*operand)()));
    }
    return balanced(name, operands, positions, 0, operands.size());
  }

  // The recursion passes through here only: by "(", by `not`, and by a sign.
  Result<Node> disjunction() {
    if (++nesting_ > kLimitDepth) return too_deep(token().position);
    Node node = HOWDAH_TRY(chain("or", &Parser::conjunction));
    --nesting_;
    return node;
  }
  Result<Node> conjunction() { return chain("and", &Parser::negation); }

  Result<Node> negation() {
    std::vector<size_t> positions;
    for (; is_word("not"); ++at_) positions.push_back(token().position);
    Node node = HOWDAH_TRY(comparison());
    for (; !positions.empty(); positions.pop_back())
      node = HOWDAH_TRY(unary("not", positions.back(), std::move(node)));
    return node;
  }

  bool at_comparison() const {
    static constexpr std::array<std::string_view, 7> kSigns = {"=",  "==", "!=", "<",
                                                               "<=", ">",  ">="};
    if (token().kind == Token::Kind::kSign)
      return std::find(kSigns.begin(), kSigns.end(), token().text) != kSigns.end();
    return is_word("in") || is_word("between") || is_word("is") || is_word("not");
  }

  Result<Node> comparison() {
    Node left = HOWDAH_TRY(sum());
    if (!at_comparison()) return left;
    Node node = HOWDAH_TRY(compared(std::move(left)));
    if (at_comparison())
      return complain(text_, token().position, "comparisons do not chain")
          .with_advice("write: a <= b and b < c");
    return node;
  }

  Result<Node> compared(Node left) {
    const size_t position = token().position;
    if (token().kind == Token::Kind::kSign) {
      const std::string sign = token().text == "==" ? "=" : token().text;
      ++at_;
      return binary(sign, position, std::move(left), HOWDAH_TRY(sum()));
    }
    bool negated = take_word("not");
    Node node;
    if (take_word("in")) {
      node = HOWDAH_TRY(list_after(std::move(left), position));
    } else if (take_word("between")) {
      std::vector<Node> arguments;
      arguments.push_back(std::move(left));
      arguments.push_back(HOWDAH_TRY(sum()));
      if (!take_word("and")) return unexpected("'and'");
      arguments.push_back(HOWDAH_TRY(sum()));
      node = HOWDAH_TRY(call("between", position, std::move(arguments)));
    } else if (!negated && take_word("is")) {
      negated = take_word("not");
      if (!take_word("missing") && !take_word("null")) return unexpected("'missing'");
      node = HOWDAH_TRY(unary("is missing", position, std::move(left)));
    } else {
      return unexpected("'in' or 'between'");
    }
    if (!negated) return node;
    return unary("not", position, std::move(node));
  }

  Result<Node> list_after(Node left, size_t position) {
    if (!take_sign("(")) return unexpected("'('");
    std::vector<Node> arguments;
    arguments.push_back(std::move(left));
    do {
      const size_t start = token().position;
      Node one = HOWDAH_TRY(signed_value());
      const Expression& value = one.expression;
      if (!is_constant(value))
        return complain(text_, start, "only constants can stand in the list of 'in'");
      if (value.kind == Kind::kNull)
        return complain(text_, start, "null cannot stand in the list of 'in'")
            .with_advice("add: or ... is missing");
      if (arguments.size() > 1 && !alike(arguments[1].expression.kind, value.kind))
        return complain(text_, start, "the list of 'in' mixes texts, numbers and truths");
      arguments.push_back(std::move(one));
    } while (take_sign(","));
    if (!take_sign(")")) return unexpected("',' or ')'");
    return call("in", position, std::move(arguments));
  }
  static bool alike(Kind a, Kind b) {
    const auto is_number = [](Kind kind) {
      return kind == Kind::kInteger || kind == Kind::kNumber;
    };
    return a == b || (is_number(a) && is_number(b));
  }

  Result<Node> sum() {
    Node left = HOWDAH_TRY(product());
    while (is_sign("+") || is_sign("-")) {
      const Token sign = token();
      ++at_;
      left = HOWDAH_TRY(binary(sign.text, sign.position, std::move(left), HOWDAH_TRY(product())));
    }
    return left;
  }
  Result<Node> product() {
    Node left = HOWDAH_TRY(signed_value());
    while (is_sign("*") || is_sign("/") || is_sign("%")) {
      const Token sign = token();
      ++at_;
      left =
          HOWDAH_TRY(binary(sign.text, sign.position, std::move(left), HOWDAH_TRY(signed_value())));
    }
    return left;
  }

  Result<Node> signed_value() {
    std::vector<size_t> positions;
    for (; is_sign("-"); ++at_) positions.push_back(token().position);
    Node node;
    if (!positions.empty() &&
        (token().kind == Token::Kind::kInteger || token().kind == Token::Kind::kNumber)) {
      node = HOWDAH_TRY(literal(true));
      node.expression.position = positions.back();
      positions.pop_back();
    } else {
      node = HOWDAH_TRY(value());
    }
    for (; !positions.empty(); positions.pop_back())
      node = HOWDAH_TRY(unary("-", positions.back(), std::move(node)));
    return node;
  }

  Result<Node> literal(bool negative) {
    const Token number = token();
    ++at_;
    Node node;
    node.expression.position = number.position;
    if (number.kind == Token::Kind::kNumber) {
      node.expression.kind = Kind::kNumber;
      node.expression.number = negative ? -number.number : number.number;
      return node;
    }
    constexpr uint64_t kTop = uint64_t{1} << 63;
    if (!negative && number.magnitude == kTop)
      return complain(text_, number.position, "the whole number does not fit into 64 bits");
    node.expression.kind = Kind::kInteger;
    node.expression.integer =
        static_cast<int64_t>(negative ? uint64_t{0} - number.magnitude : number.magnitude);
    return node;
  }

  Result<Node> value() {
    const Token first = token();
    Node node;
    Expression& leaf = node.expression;
    leaf.position = first.position;
    if (first.kind == Token::Kind::kInteger || first.kind == Token::Kind::kNumber)
      return literal(false);
    if (take_sign("(")) {
      node = HOWDAH_TRY(disjunction());
      if (!take_sign(")")) return unexpected("')'");
      return node;
    }
    if (first.kind == Token::Kind::kText) {
      leaf.kind = Kind::kText;
      leaf.text = first.text;
    } else if (first.kind == Token::Kind::kQuotedName) {
      leaf.kind = Kind::kColumn;
      leaf.text = first.text;
    } else if (first.kind == Token::Kind::kName) {
      if (token(1).kind == Token::Kind::kSign && token(1).text == "(" && (!is_reserved(first.text)))
        return function();
      if (first.text == "true" || first.text == "false") {
        leaf.kind = Kind::kBool;
        leaf.truth = first.text == "true";
      } else if (first.text != "null") {
        if (is_reserved(first.text)) return unexpected("a value");
        leaf.kind = Kind::kColumn;
        leaf.text = first.text;
      }
    } else {
      return unexpected("a value");
    }
    ++at_;
    return node;
  }

  Result<Node> function() {
    const Token name = token();
    at_ += 2;
    std::vector<Node> arguments;
    if (!take_sign(")")) {
      do {
        arguments.push_back(HOWDAH_TRY(disjunction()));
      } while (take_sign(","));
      if (!take_sign(")")) return unexpected("',' or ')'");
    }
    Node node = HOWDAH_TRY(call(name.text, name.position, std::move(arguments)));
    const CallComplaint wrong = check_call(node.expression);
    if (wrong.what.empty()) return node;
    return complain(text_, wrong.position, wrong.what).with_advice(wrong.advice);
  }

  const std::string& text_;
  const std::vector<Token> tokens_;
  size_t at_ = 0;
  int nesting_ = 0;
};

void add_columns(const Expression& expression, std::vector<std::string>& names) {
  if (expression.kind == Kind::kColumn &&
      std::find(names.begin(), names.end(), expression.text) == names.end())
    names.push_back(expression.text);
  for (const Expression& argument : expression.arguments) add_columns(argument, names);
}

}  // namespace

Result<Expression> parse_expression(const std::string& text) {
  if (text.size() > kLimitBytes)
    return Status(Code::kInvalidArgument, "an expression of " + std::to_string(text.size()) +
                                              " bytes; at most " + std::to_string(kLimitBytes));
  std::vector<Token> tokens = HOWDAH_TRY(tokens_of(text));
  return Parser(text, std::move(tokens)).parse();
}

std::vector<std::string> columns_of(const Expression& expression) {
  std::vector<std::string> names;
  add_columns(expression, names);
  return names;
}

}  // namespace howdah::prepare
