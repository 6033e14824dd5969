#include "transform/evaluate_numbers.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/compute/api_scalar.h>
#include <arrow/compute/exec.h>
#include <arrow/scalar.h>
#include <arrow/util/bit_util.h>

#include <cmath>
#include <map>
#include <optional>

#include "formats/arrow_status.h"

namespace howdah::transform::evaluation {
namespace {

using arrow::Datum;
using formats::from_arrow;
using prepare::Expression;

Result<Datum> like(const Datum& value, const std::shared_ptr<arrow::Array>& one_row) {
  if (value.is_array()) return Datum(one_row);
  return Datum(HOWDAH_TRY(from_arrow(one_row->GetScalar(0))));
}

// Numbers that are not finite become missing.
Result<Datum> finite(const Datum& value) {
  const auto array = HOWDAH_TRY(as_array(value, 1));
  const auto& numbers = static_cast<const arrow::DoubleArray&>(*array);
  const double* values = numbers.raw_values();
  bool all = true;
  for (int64_t i = 0; i < numbers.length(); ++i) all &= values[i] - values[i] == 0;
  if (all) return value;
  arrow::TypedBufferBuilder<bool> present;
  HOWDAH_TRY(from_arrow(present.Append(numbers.offset(), false)));
  HOWDAH_TRY(from_arrow(present.Reserve(numbers.length())));
  for (int64_t i = 0; i < numbers.length(); ++i)
    present.UnsafeAppend(values[i] - values[i] == 0 && numbers.IsValid(i));
  auto data = numbers.data()->Copy();
  data->buffers[0] = HOWDAH_TRY(from_arrow(present.Finish()));
  data->null_count = arrow::kUnknownNullCount;
  return like(value, arrow::MakeArray(data));
}

// Row by row: for what Arrow has no kernel, and where its kernel met an overflow.
template <typename Type, typename Operation>
Result<Datum> by_rows(const Datum& left, const Datum& right, Operation&& operation) {
  using ArrayType = typename arrow::TypeTraits<Type>::ArrayType;
  const bool rows = left.is_array() || right.is_array();
  const int64_t length = left.is_array() ? left.length() : right.is_array() ? right.length() : 1;
  const auto a = HOWDAH_TRY(as_array(left, length)), b = HOWDAH_TRY(as_array(right, length));
  const auto& x = static_cast<const ArrayType&>(*a);
  const auto& y = static_cast<const ArrayType&>(*b);
  typename arrow::TypeTraits<Type>::BuilderType builder;
  HOWDAH_TRY(from_arrow(builder.Reserve(length)));
  for (int64_t i = 0; i < length; ++i) {
    std::optional<typename Type::c_type> value;
    if (x.IsValid(i) && y.IsValid(i)) value = operation(x.Value(i), y.Value(i));
    if (value)
      builder.UnsafeAppend(*value);
    else
      builder.UnsafeAppendNull();
  }
  const auto array = HOWDAH_TRY(from_arrow(builder.Finish()));
  if (rows) return Datum(array);
  return Datum(HOWDAH_TRY(from_arrow(array->GetScalar(0))));
}

Result<Datum> whole(const std::string& sign, const Datum& left, const Datum& right) {
  using Whole = std::optional<int64_t>;
  if (sign == "%")
    return by_rows<arrow::Int64Type>(left, right, [](int64_t a, int64_t b) -> Whole {
      if (b == 0) return {};
      return b == -1 ? 0 : a % b;
    });
  const char* kernel = sign == "+"   ? "add_checked"
                       : sign == "-" ? "subtract_checked"
                                     : "multiply_checked";
  auto fast = arrow::compute::CallFunction(kernel, {left, right});
  if (fast.ok()) return std::move(*fast);
  if (!fast.status().IsInvalid()) return from_arrow(fast.status());
  return by_rows<arrow::Int64Type>(left, right, [&](int64_t a, int64_t b) -> Whole {
    int64_t result = 0;
    const bool overflow = sign == "+"   ? __builtin_add_overflow(a, b, &result)
                          : sign == "-" ? __builtin_sub_overflow(a, b, &result)
                                        : __builtin_mul_overflow(a, b, &result);
    return overflow ? Whole() : Whole(result);
  });
}

Result<Datum> floating(const std::string& sign, const Datum& left, const Datum& right) {
  if (sign == "%")
    return finite(HOWDAH_TRY(by_rows<arrow::DoubleType>(
        left, right, [](double a, double b) { return std::optional<double>(std::fmod(a, b)); })));
  const char* kernel = sign == "+"   ? "add"
                       : sign == "-" ? "subtract"
                       : sign == "*" ? "multiply"
                                     : "divide";
  return finite(HOWDAH_TRY(call(kernel, {left, right})));
}

Status check_number(const Expression& at, const Datum& value) {
  const Family family = family_of(*value.type());
  if (family == Family::kInteger || family == Family::kNumber || family == Family::kNull)
    return Status::ok();
  return complaint(at, "'" + at.text + "' is for numbers, here it gets " + family_name(family));
}

const std::map<std::string, const char*>& kernels() {
  static const std::map<std::string, const char*> table = {
      {"abs", "abs"}, {"ceil", "ceil"},   {"exp", "exp"},  {"floor", "floor"},
      {"log", "ln"},  {"round", "round"}, {"sqrt", "sqrt"}};
  return table;
}

}  // namespace

Result<Datum> arithmetic(const Expression& at, std::vector<Datum> values) {
  bool floats = at.text == "/";
  for (const Datum& value : values) {
    HOWDAH_TRY(check_number(at, value));
    floats |= family_of(*value.type()) == Family::kNumber;
  }
  if (values.size() == 1) values.insert(values.begin(), Datum(int64_t{0}));
  const Family family = floats ? Family::kNumber : Family::kInteger;
  for (Datum& value : values) value = HOWDAH_TRY(cast(value, family));
  return floats ? floating(at.text, values[0], values[1]) : whole(at.text, values[0], values[1]);
}

bool is_number_function(const std::string& name) {
  return kernels().count(name) > 0;
}

Result<Datum> number_function(const Expression& at, Datum value) {
  HOWDAH_TRY(check_number(at, value));
  const std::string& name = at.text;
  const int64_t digits = at.arguments.size() == 2 ? at.arguments[1].integer : 0;
  if (family_of(*value.type()) == Family::kInteger) {
    if (name == "abs") {
      const Datum zero(int64_t{0});
      const auto negative = HOWDAH_TRY(whole("-", zero, value));
      const arrow::compute::ElementWiseAggregateOptions options(/*skip_nulls=*/false);
      return call("max_element_wise", {value, negative}, &options);
    }
    if (name == "floor" || name == "ceil" || (name == "round" && digits >= 0)) return value;
  }
  value = HOWDAH_TRY(cast(value, Family::kNumber));
  const arrow::compute::RoundOptions round(digits,
                                           arrow::compute::RoundMode::HALF_TOWARDS_INFINITY);
  return finite(HOWDAH_TRY(call(kernels().at(name), {value}, name == "round" ? &round : nullptr)));
}

}  // namespace howdah::transform::evaluation
