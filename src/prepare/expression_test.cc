#include "prepare/expression.h"

#include <gtest/gtest.h>

#include <cmath>

namespace howdah::prepare {
namespace {
using Kind = Expression::Kind;

// The tree in Lisp's manner: (and (>= age 0) ...).
std::string show(const Expression& expression) {
  switch (expression.kind) {
    case Kind::kColumn:
      return expression.text;
    case Kind::kInteger:
      return std::to_string(expression.integer);
    case Kind::kNumber: {
      char text[40];
      std::snprintf(text, sizeof text, "%gf", expression.number);
      return text;
    }
    case Kind::kText:
      return "'" + expression.text + "'";
    case Kind::kBool:
      return expression.truth ? "true" : "false";
    case Kind::kNull:
      return "null";
    case Kind::kCall:
      break;
  }
  std::string text = "(" + expression.text;
  for (const Expression& argument : expression.arguments) text += " " + show(argument);
  return text + ")";
}

std::string parsed(const std::string& text) {
  const auto expression = parse_expression(text);
  return expression ? show(*expression) : expression.status().to_string();
}

int depth(const Expression& expression) {
  int most = 0;
  for (const Expression& argument : expression.arguments) most = std::max(most, depth(argument));
  return most + 1;
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Expression, reads_what_people_write) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"age >= 0 and age < 130", "(and (>= age 0) (< age 130))"},
      {"year(time_hour)", "(year time_hour)"},
      {"year(year)", "(year year)"},
      {"lower(city) in (\"rome\", 'paris')", "(in (lower city) 'rome' 'paris')"},
      {"dep_delay is not missing", "(not (is missing dep_delay))"},
      {"dep_delay is null", "(is missing dep_delay)"},
      {"`dep delay` = 3", "(= dep delay 3)"},
      {"`a``b`", "a`b"},
      {"name = \"say \"\"hi\"\"\"", "(= name 'say \"hi\"')"},
      {"path = 'C:\\temp'", "(= path 'C:\\temp')"},
      {"x not in (-1, 2.5)", "(not (in x -1 2.5f))"},
      {"x between 1 and 2 and y", "(and (between x 1 2) y)"},
      {"x not between -1 and 1e3", "(not (between x -1 1000f))"},
      {"if(a > 1, true, null)", "(if (> a 1) true null)"},
      {"round(x) + round(x, -2)", "(+ (round x) (round x -2))"},
      {"min(a, b, c, d)", "(min a b c d)"},
      {"matches(tail, '^N[0-9]+$')", "(matches tail '^N[0-9]+$')"},
      {"größe > 1.", "(> größe 1f)"},
      {".5 * missing", "(* 0.5f missing)"},
      {"a==b", "(= a b)"},
      {"'2013-01-01' <= day", "(<= '2013-01-01' day)"},
      {"\n a\t<>\r\n b",
       "character 5 of '\n a\t<>\r\n b': unknown operator '<>'; "
       "did you mean '!='?"}};
  for (const auto& [text, tree] : table) EXPECT_EQ(parsed(text), tree);
}

TEST(Expression, binds_in_the_usual_order) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"a or b and not c = d", "(or a (and b (not (= c d))))"},
      {"not a in (1) and b", "(and (not (in a 1)) b)"},
      {"not not a", "(not (not a))"},
      {"(a or b) and c", "(and (or a b) c)"},
      {"1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)"},
      {"8 / 4 % 3 / 2", "(/ (% (/ 8 4) 3) 2)"},
      {"-a * -3", "(* (- a) -3)"},
      {"- - 3", "(- -3)"},
      {"a - 3", "(- a 3)"},
      {"a-3", "(- a 3)"},
      {"(a < b) = (c < d)", "(= (< a b) (< c d))"},
      {"-x is missing", "(is missing (- x))"}};
  for (const auto& [text, tree] : table) EXPECT_EQ(parsed(text), tree);
}

TEST(Expression, reads_numbers_to_their_last_bit) {
  EXPECT_EQ(parsed("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(parsed("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(parse_expression("0.1")->number, 0.1);
  EXPECT_EQ(parse_expression("-2.2250738585072014e-308")->number, -2.2250738585072014e-308);
  EXPECT_TRUE(std::signbit(parse_expression("-0.0")->number));
}

TEST(Expression, refuses_with_the_place_and_a_way_out) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "character 1 of '': expected a value, found the end"},
      {"  ", "character 3 of '  ': expected a value, found the end"},
      {"age >> 3", "character 6 of 'age >> 3': expected a value, found '>'"},
      {"age >=", "character 7 of 'age >=': expected a value, found the end"},
      {"age 3", "character 5 of 'age 3': expected the end or an operator, found '3'"},
      {"(a", "character 3 of '(a': expected ')', found the end"},
      {"a)", "character 2 of 'a)': expected the end or an operator, found ')'"},
      {"größe & 1", "character 7 of 'größe & 1': unknown sign '&'"},
      {"a && b", "character 3 of 'a && b': unknown operator '&&'; did you mean 'and'?"},
      {"a || b", "character 3 of 'a || b': unknown operator '||'; did you mean 'or'?"},
      {"!a", "character 1 of '!a': unknown operator '!'; did you mean 'not'?"},
      {"a AND b",
       "character 3 of 'a AND b': expected the end or an operator, found 'AND'; write 'and'"},
      {"0 <= a < 10",
       "character 8 of '0 <= a < 10': comparisons do not chain; "
       "write: a <= b and b < c"},
      {"a = 'x", "character 5 of 'a = 'x': the ' is never closed"},
      {"``", "character 1 of '``': a column's name is missing between ` and `"},
      {"is > 1",
       "character 1 of 'is > 1': expected a value, found 'is'; "
       "a column of this name is written `is`"},
      {"lowr(city)",
       "character 1 of 'lowr(city)': unknown function 'lowr'; "
       "did you mean 'lower'?"},
      {"a + avg(b)", "character 5 of 'a + avg(b)': unknown function 'avg'; did you mean 'abs'?"},
      {"sqrt(a, b)", "character 1 of 'sqrt(a, b)': 'sqrt' cannot take 2 arguments; write sqrt(x)"},
      {"year()", "character 1 of 'year()': 'year' cannot take 0 arguments; write year(time)"},
      {"max(a)", "character 1 of 'max(a)': 'max' cannot take 1 argument; write max(a, b, ...)"},
      {"if(a, b)",
       "character 1 of 'if(a, b)': 'if' cannot take 2 arguments; write if(condition, then, else)"},
      {"round(x, 2.5)",
       "character 10 of 'round(x, 2.5)': the second argument of 'round' must be "
       "a whole number from -15 to 15; write round(x) or round(x, digits)"},
      {"contains(a, b)",
       "character 13 of 'contains(a, b)': the second argument of 'contains' "
       "must be a text in quotes; write contains(column, \"text\")"},
      {"a in ()", "character 7 of 'a in ()': expected a value, found ')'"},
      {"a in 3", "character 6 of 'a in 3': expected '(', found '3'"},
      {"a in (b)", "character 7 of 'a in (b)': only constants can stand in the list of 'in'"},
      {"a in (1, null)",
       "character 10 of 'a in (1, null)': null cannot stand in the list of 'in'; "
       "add: or ... is missing"},
      {"a in (1, 'b')",
       "character 10 of 'a in (1, 'b')': the list of 'in' mixes texts, numbers and truths"},
      {"a is 3", "character 6 of 'a is 3': expected 'missing', found '3'"},
      {"a not 3", "character 7 of 'a not 3': expected 'in' or 'between', found '3'"},
      {"a between 1 or 2", "character 13 of 'a between 1 or 2': expected 'and', found 'or'"},
      {"3d", "character 1 of '3d': a number that goes on with 'd'"},
      {"1.2.3", "character 1 of '1.2.3': a number that goes on with '.'"},
      {"1e999", "character 1 of '1e999': the number does not fit into 64 bits"},
      {"9223372036854775808",
       "character 1 of '9223372036854775808': the whole number does not fit into 64 bits"},
      {"99999999999999999999",
       "character 1 of '99999999999999999999': the whole number does not "
       "fit into 64 bits; write it as a float: 99999999999999999999.0"}};
  for (const auto& [text, message] : table) {
    const auto expression = parse_expression(text);
    ASSERT_FALSE(expression) << text;
    EXPECT_EQ(expression.status().code(), Code::kInvalidArgument);
    EXPECT_EQ(expression.status().to_string(), message);
  }
}

TEST(Expression, shows_only_the_neighbourhood_of_an_error_in_a_long_text) {
  const std::string text = repeated("abcdefghij = 1 or ", 40) + "?" + repeated(" or b", 40);
  EXPECT_EQ(parsed(text),
            "character 721 of '...ghij = 1 or abcdefghij = 1 or ? or b or b or b or b "
            "or b or ...': unknown sign '?'");
}

TEST(Expression, takes_any_number_of_ands_but_no_deep_nesting) {
  const auto chain = parse_expression("a" + repeated(" and a", 1500));
  ASSERT_TRUE(chain) << chain.status().to_string();
  EXPECT_LE(depth(*chain), 13);
  EXPECT_TRUE(parse_expression(repeated("(", 60) + "a" + repeated(")", 60)));
  for (const std::string& text :
       {repeated("(", 5000), repeated("(", 70) + "a" + repeated(")", 70),
        repeated("not ", 2000) + "a", repeated("- ", 2000) + "a", repeated("abs(", 2000),
        "a" + repeated(" + a", 70), repeated("a in (", 1000), repeated("-(", 3000)}) {
    const auto expression = parse_expression(text);
    ASSERT_FALSE(expression) << text.substr(0, 20);
    EXPECT_EQ(expression.status().code(), Code::kInvalidArgument);
  }
  const auto deep = parse_expression(repeated("abs(", 70) + "a" + repeated(")", 70));
  EXPECT_NE(deep.status().to_string().find("nested more than 64 deep"), std::string::npos);
}

TEST(Expression, refuses_a_text_that_is_too_long) {
  EXPECT_TRUE(parse_expression("'" + std::string(9'998, 'x') + "'"));
  EXPECT_EQ(parsed("'" + std::string(9'999, 'x') + "'"),
            "an expression of 10001 bytes; at most 10000");
}

TEST(Expression, knows_where_its_parts_stand) {
  const auto expression = parse_expression("a + lower(b) not in ('x')");
  ASSERT_TRUE(expression);
  EXPECT_EQ(expression->text, "not");
  const Expression& in = expression->arguments[0];
  EXPECT_EQ(in.position, 13U);
  EXPECT_EQ(in.arguments[0].position, 2U);
  EXPECT_EQ(in.arguments[0].arguments[1].position, 4U);
  EXPECT_EQ(in.arguments[0].arguments[1].arguments[0].position, 10U);
  EXPECT_EQ(in.arguments[1].position, 21U);
}

TEST(Expression, lists_each_column_once_in_the_order_of_the_text) {
  const auto expression = parse_expression("b > a and (b < `c d` or lower(a) = 'e')");
  ASSERT_TRUE(expression);
  EXPECT_EQ(columns_of(*expression), (std::vector<std::string>{"b", "a", "c d"}));
  EXPECT_TRUE(columns_of(*parse_expression("1 + 2")).empty());
}

TEST(Expression, survives_every_byte_everywhere) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    for (const std::string& text : {one, "a" + one, "a " + one + " b", "f(" + one + ")",
                                    "'" + one + "'", "1" + one + "2", one + one + one}) {
      const auto expression = parse_expression(text);
      if (!expression) {
        EXPECT_EQ(expression.status().code(), Code::kInvalidArgument);
      }
    }
  }
}

}  // namespace
}  // namespace howdah::prepare
