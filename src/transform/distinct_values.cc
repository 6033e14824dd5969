#include "transform/distinct_values.h"

#include <arrow/array.h>
#include <arrow/compute/api_scalar.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/exec.h>
#include <arrow/datum.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <unordered_map>

#include "formats/arrow_status.h"
#include "transform/column_views.h"
#include "transform/value_hash.h"

namespace howdah::transform {
namespace {

using formats::from_arrow;

std::string date_text(int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string time_text(int64_t value, int64_t per_second, int digits) {
  const int64_t per_day = per_second * 86'400;
  int64_t days = value / per_day, rest = value % per_day;
  if (rest < 0) --days, rest += per_day;
  const int64_t seconds = rest / per_second, part = rest % per_second;
  std::string text = date_text(days) + fmt::format(" {:02}:{:02}:{:02}", seconds / 3600,
                                                   seconds / 60 % 60, seconds % 60);
  if (part == 0) return text;
  text += fmt::format(".{:0{}}", part, digits);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

template <typename Float>
std::string float_text(Float value) {
  if (std::isnan(value)) return "NaN";
  if (value == 0) return "0.0";
  char bytes[40];
  const auto end = std::to_chars(bytes, bytes + sizeof bytes, value);
  std::string text(bytes, end.ptr);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string one_time_text(const arrow::TimestampArray& times, int64_t row) {
  const int64_t value = times.Value(row);
  switch (static_cast<const arrow::TimestampType&>(*times.type()).unit()) {
    case arrow::TimeUnit::SECOND:
      return time_text(value, 1, 0);
    case arrow::TimeUnit::MILLI:
      return time_text(value, 1'000, 3);
    case arrow::TimeUnit::MICRO:
      return time_text(value, 1'000'000, 6);
    default:
      return time_text(value, 1'000'000'000, 9);
  }
}

// Of few values: each is asked for its type.
Result<std::string> text_of(const arrow::Array& values, int64_t row) {
  using arrow::Type;
  switch (values.type_id()) {
    case Type::BOOL:
      return std::string(static_cast<const arrow::BooleanArray&>(values).Value(row) ? "true"
                                                                                    : "false");
    case Type::INT64:
      return std::to_string(static_cast<const arrow::Int64Array&>(values).Value(row));
    case Type::UINT64:
      return std::to_string(static_cast<const arrow::UInt64Array&>(values).Value(row));
    case Type::FLOAT:
      return float_text(static_cast<const arrow::FloatArray&>(values).Value(row));
    case Type::DOUBLE:
      return float_text(static_cast<const arrow::DoubleArray&>(values).Value(row));
    case Type::STRING:
    case Type::BINARY:
      return static_cast<const arrow::BinaryArray&>(values).GetString(row);
    case Type::LARGE_STRING:
    case Type::LARGE_BINARY:
      return static_cast<const arrow::LargeBinaryArray&>(values).GetString(row);
    case Type::FIXED_SIZE_BINARY:
      return static_cast<const arrow::FixedSizeBinaryArray&>(values).GetString(row);
    case Type::DATE32:
      return date_text(static_cast<const arrow::Date32Array&>(values).Value(row));
    case Type::DATE64: {
      const int64_t value = static_cast<const arrow::Date64Array&>(values).Value(row);
      constexpr int64_t kDay = 86'400'000;
      return date_text(value / kDay - (value % kDay < 0));
    }
    case Type::TIMESTAMP:
      return one_time_text(static_cast<const arrow::TimestampArray&>(values), row);
    default:
      return Status(Code::kInvalidArgument, "values of type " + values.type()->ToString() +
                                                " cannot be told apart by their texts");
  }
}

// Times are moved into their zone.
Result<std::shared_ptr<arrow::Array>> shown_values(const std::shared_ptr<arrow::Array>& values,
                                                   const std::string& time_zone) {
  if (values->type_id() != arrow::Type::TIMESTAMP || time_zone == "UTC") return values;
  auto data = values->data()->Copy();
  data->type =
      arrow::timestamp(static_cast<const arrow::TimestampType&>(*values->type()).unit(), time_zone);
  auto local = arrow::compute::CallFunction("local_timestamp", {arrow::Datum(data)});
  if (!local.ok())
    return Status(Code::kInvalidArgument, "this machine knows no time zone \"" + time_zone + "\"");
  return local->make_array();
}

// Years, months, labels: whole numbers near each other need no hash table. Nothing where they lie
// far apart.
std::optional<DistinctValues> near_integers(const arrow::Int64Array& column) {
  constexpr uint64_t kWidest = 4096;
  const Presence present(column);
  const int64_t* values = column.raw_values();
  int64_t least = INT64_MAX, most = INT64_MIN;
  for (int64_t i = 0; i < column.length(); ++i) {
    if (!present[i]) continue;
    least = std::min(least, values[i]);
    most = std::max(most, values[i]);
  }
  if (least > most) least = most = 0;
  const uint64_t width = static_cast<uint64_t>(most) - static_cast<uint64_t>(least);
  if (width >= kWidest) return std::nullopt;
  constexpr uint32_t kUnseen = UINT32_MAX;
  std::vector<uint32_t> number_of(width + 2, kUnseen);  // the last: missing
  DistinctValues distinct;
  distinct.of_row.resize(static_cast<size_t>(column.length()));
  for (int64_t i = 0; i < column.length(); ++i) {
    const uint64_t at = present[i] ? static_cast<uint64_t>(values[i] - least) : width + 1;
    if (number_of[at] == kUnseen) [[unlikely]] {
      number_of[at] = static_cast<uint32_t>(distinct.texts.size());
      distinct.texts.push_back(at > width ? std::nullopt
                                          : std::optional(std::to_string(values[i])));
    }
    distinct.of_row[static_cast<size_t>(i)] = number_of[at];
  }
  return distinct;
}

}  // namespace

Result<DistinctValues> distinct_values(const std::shared_ptr<arrow::Array>& column,
                                       const std::string& time_zone) {
  DistinctValues distinct;
  distinct.of_row.resize(static_cast<size_t>(column->length()));
  if (column->type_id() == arrow::Type::NA) {
    if (column->length()) distinct.texts.emplace_back();
    return distinct;
  }
  auto plain = HOWDAH_TRY(hashable(column));
  if (arrow::is_integer(plain->type_id()) && plain->type_id() != arrow::Type::UINT64) {
    plain = HOWDAH_TRY(from_arrow(arrow::compute::Cast(plain, arrow::int64()))).make_array();
    auto near = near_integers(static_cast<const arrow::Int64Array&>(*plain));
    if (near) return std::move(*near);
  }
  const auto encoded = HOWDAH_TRY(from_arrow(arrow::compute::DictionaryEncode(plain)));
  const auto array = encoded.make_array();
  const auto& dictionary = static_cast<const arrow::DictionaryArray&>(*array);
  const auto values = HOWDAH_TRY(shown_values(dictionary.dictionary(), time_zone));

  // Values of one text (0 and -0, all NaN) are one.
  std::unordered_map<std::string, uint32_t> numbers;
  std::vector<uint32_t> number_of(static_cast<size_t>(values->length()) + 1);
  for (int64_t i = 0; i < values->length(); ++i) {
    auto text = HOWDAH_TRY(text_of(*values, i));
    const auto [at, is_new] =
        numbers.try_emplace(text, static_cast<uint32_t>(distinct.texts.size()));
    if (is_new) distinct.texts.emplace_back(std::move(text));
    number_of[static_cast<size_t>(i)] = at->second;
  }
  const auto& indices = static_cast<const arrow::Int32Array&>(*dictionary.indices());
  const int32_t* codes = indices.raw_values();
  if (indices.null_count() == 0) {
    for (size_t i = 0; i < distinct.of_row.size(); ++i)
      distinct.of_row[i] = number_of[static_cast<size_t>(codes[i])];
    return distinct;
  }
  const auto missing = static_cast<uint32_t>(distinct.texts.size());
  distinct.texts.emplace_back();
  for (size_t i = 0; i < distinct.of_row.size(); ++i)
    distinct.of_row[i] = indices.IsNull(static_cast<int64_t>(i))
                             ? missing
                             : number_of[static_cast<size_t>(codes[i])];
  return distinct;
}

}  // namespace howdah::transform
