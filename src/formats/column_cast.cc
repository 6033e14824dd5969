#include "formats/column_cast.h"

#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/datum.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

#include "formats/arrow_status.h"
#include "formats/parquet_types.h"
#include "formats/text_encoding.h"
#include "formats/value_parser.h"

namespace howdah::formats {
namespace {
using arrow::Type;
using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;

constexpr size_t kContentBytes = 4 << 10;
constexpr size_t kShownBytes = 60;

class Cast {
 public:
  Cast(const CastRules& rules, const TellMisfit& tell) : rules_(rules), tell_(tell) {}

  Result<ArrayPtr> operator()(ArrayPtr values, const TypePtr& to) {
    if (!values->type()->Equals(*to)) {
      // First as steps understand it, then as it is asked for.
      const auto landing = landing_type(*values->type());
      if (!landing) return unsupported(*values->type(), *to);
      values = HOWDAH_TRY(landed(std::move(values), landing));
      if (!landing->Equals(*to)) values = HOWDAH_TRY(converted(std::move(values), to));
    }
    return to->id() == Type::STRING ? checked(values) : Result<ArrayPtr>(values);
  }

 private:
  static Status unsupported(const arrow::DataType& from, const arrow::DataType& to) {
    return Status(Code::kUnsupported, from.ToString() + " cannot be read as " + to.ToString());
  }

  void tell(int64_t row, const char* rule, const std::string& what, std::string_view content) {
    tell_(row, rule, "column '" + rules_.column + "': " + what, printable(content, kContentBytes));
  }
  void tell_type(int64_t row, std::string_view content, const arrow::DataType& to) {
    tell(row, "type_error",
         "'" + printable(content, kShownBytes) + "' does not fit into " + to.ToString(), content);
  }

  Result<ArrayPtr> landed(ArrayPtr values, const TypePtr& landing) {
    if (values->type_id() == Type::EXTENSION)
      values = static_cast<const arrow::ExtensionArray&>(*values).storage();
    if (values->type_id() == Type::DICTIONARY)
      return landed(
          HOWDAH_TRY(by_kernel(
              values, static_cast<const arrow::DictionaryType&>(*values->type()).value_type())),
          landing);
    if (values->type_id() == Type::TIMESTAMP) {
      const auto& from = static_cast<const arrow::TimestampType&>(*values->type());
      values =
          HOWDAH_TRY(by_kernel(values, arrow::timestamp(arrow::TimeUnit::MICRO, from.timezone())));
      return from_arrow(values->View(landing));
    }
    if (values->type_id() == Type::DURATION) return from_arrow(values->View(landing));
    return values->type()->Equals(*landing) ? values : by_kernel(values, landing);
  }

  Result<ArrayPtr> converted(ArrayPtr values, const TypePtr& to) {
    if (values->type_id() == Type::STRING && to->id() != Type::BINARY) return from_text(values, to);
    if (values->type_id() == Type::NA)
      return from_arrow(arrow::MakeArrayOfNull(to, values->length()));
    if (to->id() == Type::BOOL) return whole_to_bool(HOWDAH_TRY(by_kernel(values, arrow::int64())));
    return by_kernel(values, to);
  }

  // Arrow's kernels tell only that some value does not fit: halves are tried until it is found.
  Result<ArrayPtr> by_kernel(const ArrayPtr& values, const TypePtr& to) {
    arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe(to);
    options.allow_time_truncate = true;
    options.allow_decimal_truncate = true;
    options.allow_invalid_utf8 = true;
    options.allow_float_truncate = arrow::is_floating(to->id());
    arrow::ArrayVector parts;
    HOWDAH_TRY(cast_range(values, 0, values->length(), options, parts));
    if (parts.size() == 1) return parts[0];
    return from_arrow(arrow::Concatenate(parts));
  }

  Status cast_range(const ArrayPtr& values, int64_t begin, int64_t end,
                    const arrow::compute::CastOptions& options, arrow::ArrayVector& parts) {
    const TypePtr to = options.to_type.GetSharedPtr();
    const auto part = values->Slice(begin, end - begin);
    auto cast = arrow::compute::Cast(arrow::Datum(part), options);
    if (cast.ok()) {
      parts.push_back(cast->make_array());
      return Status::ok();
    }
    if (!cast.status().IsInvalid()) return from_arrow(cast.status());
    if (end - begin <= 1) {
      const auto value = part->GetScalar(0);
      tell_type(begin, value.ok() ? (*value)->ToString() : "?", *to);
      parts.push_back(HOWDAH_TRY(from_arrow(arrow::MakeArrayOfNull(to, 1))));
      return Status::ok();
    }
    const int64_t middle = begin + (end - begin) / 2;
    HOWDAH_TRY(cast_range(values, begin, middle, options, parts));
    return cast_range(values, middle, end, options, parts);
  }

  Result<ArrayPtr> whole_to_bool(const ArrayPtr& values) {
    const auto& numbers = static_cast<const arrow::Int64Array&>(*values);
    arrow::BooleanBuilder builder;
    HOWDAH_TRY(from_arrow(builder.Reserve(numbers.length())));
    for (int64_t row = 0; row < numbers.length(); ++row) {
      const int64_t value = numbers.IsNull(row) ? 2 : numbers.Value(row);
      if (value == 0 || value == 1) {
        builder.UnsafeAppend(value == 1);
      } else {
        if (!numbers.IsNull(row)) tell_type(row, std::to_string(value), *arrow::boolean());
        builder.UnsafeAppendNull();
      }
    }
    return from_arrow(builder.Finish());
  }

  Result<ArrayPtr> from_text(const ArrayPtr& values, const TypePtr& to) {
    switch (to->id()) {
      case Type::BOOL:
        return read_text<arrow::BooleanBuilder, bool>(*values, to, [](auto text, bool* value) {
          if (text == "0" || text == "1") return *value = text == "1", true;
          return parse_bool(text, value);
        });
      case Type::INT64:
        return read_text<arrow::Int64Builder, int64_t>(*values, to, parse_int64_slowly);
      case Type::DOUBLE:
        return read_text<arrow::DoubleBuilder, double>(*values, to, parse_float64_slowly);
      case Type::DATE32:
        return read_text<arrow::Date32Builder, int32_t>(
            *values, to, [](auto text, int32_t* value) { return parse_date(text, value); });
      case Type::TIMESTAMP:
        return read_text<arrow::TimestampBuilder, int64_t>(*values, to, parse_timestamp);
      default:
        return unsupported(*values->type(), *to);
    }
  }

  template <typename Builder, typename Value, typename Parse>
  Result<ArrayPtr> read_text(const arrow::Array& values, const TypePtr& to, Parse&& parse) {
    constexpr size_t kPadding = 16;  // value_parser.h
    const auto& texts = static_cast<const arrow::StringArray&>(values);
    Builder builder(to, arrow::default_memory_pool());
    HOWDAH_TRY(from_arrow(builder.Reserve(texts.length())));
    std::string padded;
    for (int64_t row = 0; row < texts.length(); ++row) {
      const std::string_view text = texts.GetView(row);
      if (texts.IsNull(row) || (rules_.missing && rules_.missing->contains(text))) {
        builder.UnsafeAppendNull();
        continue;
      }
      padded.assign(text);
      padded.append(kPadding, '\0');
      Value value{};
      if (parse(std::string_view(padded).substr(0, text.size()), &value)) {
        builder.UnsafeAppend(value);
      } else {
        tell_type(row, text, *to);
        builder.UnsafeAppendNull();
      }
    }
    return from_arrow(builder.Finish());
  }

  // What is no UTF-8 goes no further.
  Result<ArrayPtr> checked(const ArrayPtr& values) {
    const auto& texts = static_cast<const arrow::StringArray&>(*values);
    std::vector<int64_t> invalid;
    for (int64_t row = 0; row < texts.length(); ++row)
      if (!texts.IsNull(row) && !is_valid_utf8(texts.GetView(row))) invalid.push_back(row);
    if (invalid.empty()) return values;
    arrow::ArrayVector parts;
    int64_t begin = 0;
    for (const int64_t row : invalid) {
      tell(row, "encoding", "its text is no UTF-8", texts.GetView(row));
      if (row > begin) parts.push_back(values->Slice(begin, row - begin));
      parts.push_back(HOWDAH_TRY(from_arrow(arrow::MakeArrayOfNull(arrow::utf8(), 1))));
      begin = row + 1;
    }
    if (begin < values->length()) parts.push_back(values->Slice(begin));
    return from_arrow(arrow::Concatenate(parts));
  }

  const CastRules& rules_;
  const TellMisfit& tell_;
};

}  // namespace

Result<std::shared_ptr<arrow::Array>> cast_column(std::shared_ptr<arrow::Array> values,
                                                  const std::shared_ptr<arrow::DataType>& to,
                                                  const CastRules& rules, const TellMisfit& tell) {
  return Cast(rules, tell)(std::move(values), to);
}

}  // namespace howdah::formats
