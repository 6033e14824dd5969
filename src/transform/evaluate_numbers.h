// Arithmetic and functions of numbers.
//
// What cannot be told is missing: a whole number beyond 64 bits, a float that is not finite (1 / 0,
// sqrt(-1), log(0)), a remainder of division by 0. One odd record shall not stop millions.
#pragma once

#include "transform/evaluate_value.h"

namespace howdah::transform::evaluation {

// "+", "-", "*" and "%" of whole numbers are whole, of floats (or one) a float, "/" always is. The
// remainder has the dividend's sign, as in SQL and C. One argument: the negative.
Result<arrow::Datum> arithmetic(const prepare::Expression& at, std::vector<arrow::Datum> values);

// abs, floor, ceil, round, sqrt, log (natural), exp. Halves are rounded away from zero. Whole
// numbers stay whole in abs, floor, ceil, and round without negative digits.
bool is_number_function(const std::string& name);
Result<arrow::Datum> number_function(const prepare::Expression& at, arrow::Datum value);

}  // namespace howdah::transform::evaluation
