#include "formats/value_text.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/array_primitive.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

namespace howdah::formats {
namespace {

void append_date(int64_t days, std::string& text) {
  using namespace std::chrono;
  // The calendar's year has 16 bits; what is beyond them is written as the number that it is.
  if (days < -11'000'000 || days > 11'000'000) {
    text += std::to_string(days);
    return;
  }
  const year_month_day date{sys_days{std::chrono::days{days}}};
  fmt::format_to(std::back_inserter(text), "{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

void append_timestamp(int64_t microseconds, std::string& text) {
  constexpr int64_t kDay = 86'400'000'000;
  int64_t day = microseconds / kDay, rest = microseconds % kDay;
  if (rest < 0) {
    --day;
    rest += kDay;
  }
  append_date(day, text);
  const int64_t seconds = rest / 1'000'000, fraction = rest % 1'000'000;
  fmt::format_to(std::back_inserter(text), "T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60,
                 seconds % 60);
  if (fraction) fmt::format_to(std::back_inserter(text), ".{:06}", fraction);
  text += 'Z';
}

template <typename ArrayType, bool kQuoted, typename Append>
class Text : public ColumnText {
 public:
  Text(std::shared_ptr<arrow::Array> values, Append append)
      : ColumnText(std::move(values)),
        typed_(static_cast<const ArrayType&>(*values_)),
        append_(std::move(append)) {}
  void append(int64_t row, std::string& text) const override { append_(typed_, row, text); }
  bool is_quoted() const override { return kQuoted; }

 private:
  const ArrayType& typed_;
  const Append append_;
};

template <typename ArrayType, bool kQuoted, typename Append>
std::unique_ptr<ColumnText> make(std::shared_ptr<arrow::Array> values, Append append) {
  return std::make_unique<Text<ArrayType, kQuoted, Append>>(std::move(values), std::move(append));
}

template <typename ArrayType>
std::unique_ptr<ColumnText> integers(std::shared_ptr<arrow::Array> values) {
  return make<ArrayType, false>(
      std::move(values), [](const ArrayType& array, int64_t row, std::string& text) {
        char digits[24];
        const auto end = std::to_chars(
            digits, digits + sizeof digits,
            static_cast<std::conditional_t<std::is_signed_v<typename ArrayType::value_type>,
                                           int64_t, uint64_t>>(array.Value(row)));
        text.append(digits, end.ptr);
      });
}

template <typename ArrayType>
class Floats : public ColumnText {
 public:
  explicit Floats(std::shared_ptr<arrow::Array> values)
      : ColumnText(std::move(values)), typed_(static_cast<const ArrayType&>(*values_)) {}
  void append(int64_t row, std::string& text) const override {
    const auto value = typed_.Value(row);
    if (std::isnan(value)) {
      text += "NaN";
    } else if (std::isinf(value)) {
      text += value < 0 ? "-inf" : "inf";
    } else {
      char digits[64];
      text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
  }
  bool is_quoted() const override { return false; }
  void append_json(int64_t row, std::string& text) const override {
    if (is_missing(row) || !std::isfinite(typed_.Value(row)))
      text += "null";
    else
      append(row, text);
  }

 private:
  const ArrayType& typed_;
};

class Lists : public ColumnText {
 public:
  Lists(std::shared_ptr<arrow::Array> values, std::unique_ptr<ColumnText> items)
      : ColumnText(std::move(values)), items_(std::move(items)) {}
  void append(int64_t row, std::string& text) const override { append_json(row, text); }
  bool is_quoted() const override { return false; }
  void append_json(int64_t row, std::string& text) const override {
    if (is_missing(row)) {
      text += "null";
      return;
    }
    const auto [begin, end] = range(row);
    text += '[';
    for (int64_t i = begin; i < end; ++i) {
      if (i > begin) text += ',';
      items_->append_json(i, text);
    }
    text += ']';
  }

 private:
  std::pair<int64_t, int64_t> range(int64_t row) const {
    if (values_->type_id() == arrow::Type::LIST) {
      const auto& array = static_cast<const arrow::ListArray&>(*values_);
      return {array.value_offset(row), array.value_offset(row + 1)};
    }
    const auto& array = static_cast<const arrow::FixedSizeListArray&>(*values_);
    return {array.value_offset(row), array.value_offset(row + 1)};
  }
  const std::unique_ptr<ColumnText> items_;
};

std::unique_ptr<ColumnText> timestamps(std::shared_ptr<arrow::Array> values) {
  const auto unit = static_cast<const arrow::TimestampType&>(*values->type()).unit();
  return make<arrow::TimestampArray, true>(
      std::move(values), [unit](const auto& array, int64_t row, std::string& text) {
        const int64_t value = array.Value(row);
        switch (unit) {
          case arrow::TimeUnit::SECOND:
            return append_timestamp(value * 1'000'000, text);
          case arrow::TimeUnit::MILLI:
            return append_timestamp(value * 1'000, text);
          case arrow::TimeUnit::MICRO:
            return append_timestamp(value, text);
          default:
            return append_timestamp(value / 1'000, text);
        }
      });
}

}  // namespace

bool ColumnText::is_missing(int64_t row) const {
  return values_->IsNull(row);
}

void ColumnText::append_json(int64_t row, std::string& text) const {
  if (is_missing(row)) {
    text += "null";
  } else if (is_quoted()) {
    std::string value;
    append(row, value);
    append_json_string(value, text);
  } else {
    append(row, text);
  }
}

void append_json_string(std::string_view value, std::string& text) {
  text += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::unique_ptr<ColumnText>> column_text(std::shared_ptr<arrow::Array> values) {
  switch (values->type_id()) {
    case arrow::Type::BOOL:
      return make<arrow::BooleanArray, false>(
          std::move(values), [](const auto& array, int64_t row, std::string& text) {
            text += array.Value(row) ? "true" : "false";
          });
    case arrow::Type::INT8:
      return integers<arrow::Int8Array>(std::move(values));
    case arrow::Type::INT16:
      return integers<arrow::Int16Array>(std::move(values));
    case arrow::Type::INT32:
      return integers<arrow::Int32Array>(std::move(values));
    case arrow::Type::INT64:
      return integers<arrow::Int64Array>(std::move(values));
    case arrow::Type::UINT8:
      return integers<arrow::UInt8Array>(std::move(values));
    case arrow::Type::UINT16:
      return integers<arrow::UInt16Array>(std::move(values));
    case arrow::Type::UINT32:
      return integers<arrow::UInt32Array>(std::move(values));
    case arrow::Type::UINT64:
      return integers<arrow::UInt64Array>(std::move(values));
    case arrow::Type::FLOAT:
      return std::unique_ptr<ColumnText>(new Floats<arrow::FloatArray>(std::move(values)));
    case arrow::Type::DOUBLE:
      return std::unique_ptr<ColumnText>(new Floats<arrow::DoubleArray>(std::move(values)));
    case arrow::Type::STRING:
      return make<arrow::StringArray, true>(
          std::move(values),
          [](const auto& array, int64_t row, std::string& text) { text += array.GetView(row); });
    case arrow::Type::DATE32:
      return make<arrow::Date32Array, true>(std::move(values),
                                            [](const auto& array, int64_t row, std::string& text) {
                                              append_date(array.Value(row), text);
                                            });
    case arrow::Type::TIMESTAMP:
      return timestamps(std::move(values));
    case arrow::Type::LIST: {
      auto items = HOWDAH_TRY(column_text(static_cast<const arrow::ListArray&>(*values).values()));
      return std::unique_ptr<ColumnText>(new Lists(std::move(values), std::move(items)));
    }
    case arrow::Type::FIXED_SIZE_LIST: {
      auto items =
          HOWDAH_TRY(column_text(static_cast<const arrow::FixedSizeListArray&>(*values).values()));
      return std::unique_ptr<ColumnText>(new Lists(std::move(values), std::move(items)));
    }
    default:
      return Status(Code::kUnsupported,
                    "values of the type " + values->type()->ToString() + " have no text")
          .with_advice("write parquet");
  }
}

}  // namespace howdah::formats
