// Expressions of job files: `age >= 0 and age < 130`, `year(time_hour)`, `lower(city) in ("rome",
// "paris")`, `dep_delay is not missing`. Parsed here, evaluated by transform/.
//
//   or < and < not < comparison (= == != < <= > >=, in (...), is [not] missing, between a and b)
//   < + - < * / % < unary - < call, column, `column with blanks`, 12, 1.5e3, "text", 'text', true,
//   false, null
//
// A missing operand makes the result missing (SQL's three-valued logic for and, or, not).
// Division is of floats. Functions: abs, round, floor, ceil, sqrt, log, exp, min, max, length,
// lower, upper, trim, contains, starts_with, ends_with, matches (RE2), year, month, day, hour,
// minute, weekday (Monday is 1), date, coalesce, if.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace howdah::prepare {

struct Expression {
  enum class Kind { kColumn, kInteger, kNumber, kText, kBool, kNull, kCall } kind = Kind::kNull;
  std::string text;  // column, text, or the called function or operator: "+", "and", "year", "in"
  int64_t integer = 0;
  double number = 0;
  bool truth = false;
  std::vector<Expression> arguments;
  size_t position = 0;  // in the source text, from 0: for messages
};

// kInvalidArgument names the position, what was expected, and the nearest known function. Nested at
// most 64 deep, 10,000 characters long.
Result<Expression> parse_expression(const std::string& text);
// The columns named, each once, in the order of their first appearance.
std::vector<std::string> columns_of(const Expression& expression);

}  // namespace howdah::prepare
