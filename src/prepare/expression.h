// Expressions of job files: `age >= 0 and age < 130`, `year(time_hour)`, `lower(city) in ("rome",
// "paris")`, `dep_delay is not missing`. Parsed here, evaluated by transform/.
//
//   or < and < not < comparison (= == != < <= > >=, [not] in (...), is [not] missing, [not] between
//   a and b) < + - < * / % < unary - < call, column, `column with blanks`, 12, 1.5e3, "text",
//   'text', true, false, null
//
// A quote within quotes is doubled, a backslash is a backslash. A name is a function where a "("
// follows, else a column: year(year) is the year of the column "year". Comparisons do not chain.
//
// A missing operand makes the result missing (SQL's three-valued logic for and, or, not).
// Division is of floats. Functions: abs, round, floor, ceil, sqrt, log, exp, min, max, length,
// lower, upper, trim, contains, starts_with, ends_with, matches (RE2), year, month, day, hour,
// minute, weekday (Monday is 1), date, coalesce, if.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace howdah::prepare {

struct Expression {
  enum class Kind { kColumn, kInteger, kNumber, kText, kBool, kNull, kCall } kind = Kind::kNull;
  // The column, the text, or what kCall calls: a function's name, or with so many arguments
  //   1  "not", "is missing", "-" (a negative number is a number, not a call)
  //   2  "or", "and", "=" (also for ==), "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"
  //   3  "between": value, low, high; both inclusive
  //   n  "in": the value, then at least one constant, none of them null: all numbers, all texts or
  //      all bools
  // "not in", "is not missing" and "not between" are "not" around these.
  std::string text;
  int64_t integer = 0;
  double number = 0;
  bool truth = false;
  std::vector<Expression> arguments;
  size_t position = 0;  // of its first byte in the source text, operators' of theirs: for messages
};

// A function gets as many arguments as it takes: two of min, max and coalesce at least, round has
// an optional number of digits (a whole number). The second of contains, starts_with, ends_with and
// matches is a text, never a column.
//
// kInvalidArgument names the position, what was expected, and the nearest known function. The tree
// is at most 64 deep (however many `and` and `or` follow each other), the text 10,000 bytes long.
Result<Expression> parse_expression(const std::string& text);
// The columns named, each once, in the order of their first appearance.
std::vector<std::string> columns_of(const Expression& expression);

}  // namespace howdah::prepare
