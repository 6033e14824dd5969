#include "transform/evaluate_times.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/compute/api_scalar.h>
#include <arrow/scalar.h>

#include <map>

#include "formats/arrow_status.h"
#include "transform/clean_iso_time.h"

namespace howdah::transform::evaluation {
namespace {

using arrow::Datum;
using formats::from_arrow;
using prepare::Expression;

constexpr int64_t kDay = 86'400'000'000;  // microseconds

const std::map<std::string, const char*>& kernels() {
  static const std::map<std::string, const char*> table = {
      {"year", "year"}, {"month", "month"},   {"day", "day"},
      {"hour", "hour"}, {"minute", "minute"}, {"weekday", "day_of_week"}};
  return table;
}

// The same instants, seen in another zone; without one, Arrow takes the fast way.
Result<Datum> in_zone(const Datum& times, const std::string& time_zone) {
  const auto type = arrow::timestamp(arrow::TimeUnit::MICRO, time_zone == "UTC" ? "" : time_zone);
  auto data = HOWDAH_TRY(as_array(times, 1))->data()->Copy();
  data->type = type;
  return Datum(std::move(data));
}

// Of an array, or of one row for a constant.
Result<std::shared_ptr<arrow::Array>> dates(const Expression& at, const Datum& value,
                                            const std::string& time_zone) {
  const auto array = HOWDAH_TRY(as_array(value, 1));
  arrow::Date32Builder builder;
  HOWDAH_TRY(from_arrow(builder.Reserve(array->length())));
  if (family_of(*array->type()) == Family::kText) {
    const auto& texts = static_cast<const arrow::StringArray&>(*array);
    for (int64_t i = 0; i < texts.length(); ++i) {
      const auto time = texts.IsValid(i) ? parse_iso_time(texts.GetView(i)) : std::nullopt;
      const auto days = time ? last_not_after(*time, *arrow::date32()) : std::nullopt;
      if (days)
        builder.UnsafeAppend(static_cast<int32_t>(*days));
      else
        builder.UnsafeAppendNull();
    }
    return from_arrow(builder.Finish());
  }
  if (family_of(*array->type()) != Family::kTime)
    return complaint(at, std::string("'date' is for times, dates and texts, here it gets ") +
                             family_name(family_of(*array->type())));
  Datum local = HOWDAH_TRY(in_zone(array, time_zone));
  if (time_zone != "UTC") local = HOWDAH_TRY(call("local_timestamp", {local}));
  const auto& times = static_cast<const arrow::TimestampArray&>(*local.make_array());
  const int64_t* values = times.raw_values();
  for (int64_t i = 0; i < times.length(); ++i) {
    if (times.IsNull(i))
      builder.UnsafeAppendNull();
    else
      builder.UnsafeAppend(static_cast<int32_t>(values[i] / kDay - (values[i] % kDay < 0)));
  }
  return from_arrow(builder.Finish());
}

Result<std::shared_ptr<arrow::Array>> field(const Expression& at, const Datum& value,
                                            const std::string& time_zone) {
  Datum times = value;
  const Family family = family_of(*value.type());
  if (family == Family::kText)
    return complaint(at, "'" + at.text + "' of a text")
        .with_advice("write " + at.text + "(date(...)), or give the column the type timestamp");
  if (family != Family::kTime && family != Family::kDate)
    return complaint(
        at, "'" + at.text + "' is for dates and times, here it gets " + family_name(family));
  if ((at.text == "hour" || at.text == "minute") && family == Family::kDate)
    return complaint(at, "a date has no '" + at.text + "'");
  times = family == Family::kTime ? HOWDAH_TRY(in_zone(value, time_zone))
                                  : Datum(HOWDAH_TRY(as_array(value, 1)));
  const arrow::compute::DayOfWeekOptions weekday(/*count_from_zero=*/false, /*week_start=*/1);
  const auto fields =
      HOWDAH_TRY(call(kernels().at(at.text), {times}, at.text == "weekday" ? &weekday : nullptr));
  return HOWDAH_TRY(cast(fields, Family::kInteger)).make_array();
}

}  // namespace

bool is_time_function(const std::string& name) {
  return name == "date" || kernels().count(name) > 0;
}

Result<Datum> time_function(const Expression& at, const Datum& value,
                            const std::string& time_zone) {
  const bool is_date = at.text == "date";
  const Family family = family_of(*value.type());
  if (family == Family::kNull) return cast(value, is_date ? Family::kDate : Family::kInteger);
  if (is_date && family == Family::kDate) return value;
  const auto result = is_date ? dates(at, value, time_zone) : field(at, value, time_zone);
  if (!result) {
    if (result.status().message().find("imezone") == std::string::npos &&
        result.status().message().find("ime zone") == std::string::npos)
      return result.status();
    return complaint(at, "this machine knows no time zone \"" + time_zone + "\"")
        .with_advice("write it as in America/New_York; the package tzdata brings the list");
  }
  if (value.is_array()) return Datum(*result);
  return Datum(HOWDAH_TRY(from_arrow((*result)->GetScalar(0))));
}

}  // namespace howdah::transform::evaluation
