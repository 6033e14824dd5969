#include "transform/evaluate_value.h"

#include <arrow/array/array_base.h>
#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/exec.h>
#include <arrow/scalar.h>

#include "formats/arrow_status.h"
#include "transform/clean_iso_time.h"

namespace howdah::transform::evaluation {
namespace {

using arrow::Datum;
using formats::from_arrow;
using prepare::Expression;

bool is_number(Family family) {
  return family == Family::kInteger || family == Family::kNumber;
}
bool is_day_or_time(Family family) {
  return family == Family::kDate || family == Family::kTime;
}

// The family that holds both; kOther where none does.
Family joined(Family a, Family b) {
  if (a == b || b == Family::kNull) return a;
  if (a == Family::kNull) return b;
  if (is_number(a) && is_number(b)) return Family::kNumber;
  if (is_day_or_time(a) && is_day_or_time(b)) return Family::kTime;
  return Family::kOther;
}

Result<Datum> time_of(const Expression& text) {
  const auto time = parse_iso_time(text.text);
  if (!time)
    return complaint(text, "'" + text.text.substr(0, 60) + "' is no date or time")
        .with_advice("write it as 2013-01-31 or 2013-01-31T12:00:00");
  if (time->date_only) {
    const auto days = time->seconds / 86'400;
    return Datum(std::make_shared<arrow::Date32Scalar>(static_cast<int32_t>(days)));
  }
  const int64_t microseconds = *last_not_after(*time, *type_of(Family::kTime));
  return Datum(std::make_shared<arrow::TimestampScalar>(microseconds, type_of(Family::kTime)));
}

}  // namespace

Family family_of(const arrow::DataType& type) {
  using arrow::Type;
  switch (type.id()) {
    case Type::NA:
      return Family::kNull;
    case Type::BOOL:
      return Family::kBool;
    case Type::DATE32:
    case Type::DATE64:
      return Family::kDate;
    case Type::TIMESTAMP:
      return Family::kTime;
    case Type::STRING:
    case Type::LARGE_STRING:
    case Type::STRING_VIEW:
      return Family::kText;
    case Type::UINT64:
      return Family::kNumber;
    case Type::DICTIONARY:
      return family_of(*static_cast<const arrow::DictionaryType&>(type).value_type());
    default:
      if (arrow::is_integer(type.id())) return Family::kInteger;
      if (arrow::is_floating(type.id()) || arrow::is_decimal(type.id())) return Family::kNumber;
      return Family::kOther;
  }
}

const char* family_name(Family family) {
  switch (family) {
    case Family::kNull:
      return "null";
    case Family::kBool:
      return "true or false";
    case Family::kInteger:
      return "a whole number";
    case Family::kNumber:
      return "a number";
    case Family::kText:
      return "a text";
    case Family::kDate:
      return "a date";
    case Family::kTime:
      return "a time";
    case Family::kOther:
      break;
  }
  return "bytes";
}

std::shared_ptr<arrow::DataType> type_of(Family family) {
  switch (family) {
    case Family::kBool:
      return arrow::boolean();
    case Family::kInteger:
      return arrow::int64();
    case Family::kNumber:
      return arrow::float64();
    case Family::kText:
      return arrow::utf8();
    case Family::kDate:
      return arrow::date32();
    case Family::kTime:
      return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    default:
      return arrow::null();
  }
}

Status complaint(const Expression& at, const std::string& what) {
  return Status(Code::kInvalidArgument,
                "character " + std::to_string(at.position + 1) + " of the expression: " + what);
}

Result<Datum> call(const char* kernel, const std::vector<Datum>& arguments,
                   const arrow::compute::FunctionOptions* options) {
  return from_arrow(arrow::compute::CallFunction(kernel, arguments, options));
}

Result<Datum> cast(const Datum& value, Family to) {
  const auto type = type_of(to);
  if (value.type()->Equals(*type)) return value;
  arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe(type);
  options.allow_time_truncate = true;
  options.allow_float_truncate = true;
  options.allow_decimal_truncate = true;
  // A whole number beyond 2^53 becomes the nearest float.
  if (to == Family::kNumber) options = arrow::compute::CastOptions::Unsafe(type);
  return from_arrow(arrow::compute::Cast(value, options));
}

Result<Datum> loaded(const std::shared_ptr<arrow::Array>& column) {
  const Family family = family_of(*column->type());
  if (family == Family::kOther || family == Family::kNull) return Datum(column);
  if (family != Family::kTime) return cast(Datum(column), family);
  Datum value(column);
  if (column->type_id() == arrow::Type::DICTIONARY)
    value = HOWDAH_TRY(from_arrow(arrow::compute::Cast(
        value, static_cast<const arrow::DictionaryType&>(*column->type()).value_type())));
  const auto& from = static_cast<const arrow::TimestampType&>(*value.type());
  if (from.unit() != arrow::TimeUnit::MICRO) {
    auto options = arrow::compute::CastOptions::Safe(
        arrow::timestamp(arrow::TimeUnit::MICRO, from.timezone()));
    options.allow_time_truncate = true;
    value = HOWDAH_TRY(from_arrow(arrow::compute::Cast(value, options)));
  }
  // The instants are the same, only the zone in which they are shown is not.
  auto data = value.array()->Copy();
  data->type = type_of(Family::kTime);
  return Datum(std::move(data));
}

Result<std::shared_ptr<arrow::Array>> as_array(const Datum& value, int64_t rows) {
  if (value.is_array()) return value.make_array();
  return from_arrow(arrow::MakeArrayFromScalar(*value.scalar(), rows));
}

Result<Family> unify(const Expression& at, std::span<const Expression> sources,
                     std::span<Datum> values) {
  bool times = false;
  for (const Datum& value : values) times |= is_day_or_time(family_of(*value.type()));
  Family common = Family::kNull;
  for (size_t i = 0; i < values.size(); ++i) {
    if (times && sources[i].kind == Expression::Kind::kText)
      values[i] = HOWDAH_TRY(time_of(sources[i]));
    const Family family = family_of(*values[i].type());
    const Family both = joined(common, family);
    if (both == Family::kOther)
      return complaint(at, std::string("'") + at.text + "' of " +
                               family_name(i == 0 ? family : common) + " and " +
                               family_name(family));
    common = both;
  }
  for (Datum& value : values) value = HOWDAH_TRY(cast(value, common));
  return common;
}

}  // namespace howdah::transform::evaluation
