#include "transform/clean_fill_column.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include <algorithm>
#include <cstring>

#include "formats/arrow_status.h"
#include "transform/column_views.h"

namespace howdah::transform {
namespace {

using ArrayOrError = Result<std::shared_ptr<arrow::Array>>;
using formats::from_arrow;

struct Rows {
  const Classes& classes;
  const std::vector<const FillValue*>& of_class;
  const std::vector<uint8_t>& filled;

  const FillValue& value(size_t row) const { return *of_class[classes.of_row[row]]; }
};

Result<std::shared_ptr<arrow::Buffer>> validity(const arrow::Array& column, const Rows& rows) {
  const Presence present(column);
  std::shared_ptr<arrow::Buffer> bits =
      HOWDAH_TRY(from_arrow(arrow::AllocateEmptyBitmap(column.length())));
  bool all = true;
  for (int64_t i = 0; i < column.length(); ++i) {
    const bool here = present[i] || rows.filled[static_cast<size_t>(i)];
    arrow::bit_util::SetBitTo(bits->mutable_data(), i, here);
    all &= here;
  }
  if (all) return std::shared_ptr<arrow::Buffer>();
  return bits;
}

template <typename Value>
Value as(const FillValue& value) {
  if (const double* number = std::get_if<double>(&value)) return static_cast<Value>(*number);
  if (const int64_t* integer = std::get_if<int64_t>(&value)) return static_cast<Value>(*integer);
  return Value{};
}

template <typename Value>
ArrayOrError fill_fixed(const arrow::Array& column, const Rows& rows) {
  const auto count = static_cast<size_t>(column.length());
  std::shared_ptr<arrow::Buffer> buffer =
      HOWDAH_TRY(from_arrow(arrow::AllocateBuffer(static_cast<int64_t>(count * sizeof(Value)))));
  auto* into = reinterpret_cast<Value*>(buffer->mutable_data());
  std::memcpy(into, column.data()->GetValues<Value>(1), count * sizeof(Value));
  std::vector<Value> values;
  for (const FillValue* value : rows.of_class) values.push_back(as<Value>(*value));
  for (size_t i = 0; i < count; ++i)
    if (rows.filled[i]) into[i] = values[rows.classes.of_row[i]];
  auto bits = HOWDAH_TRY(validity(column, rows));
  return arrow::MakeArray(
      arrow::ArrayData::Make(column.type(), column.length(), {std::move(bits), std::move(buffer)}));
}

ArrayOrError fill_bool(const arrow::Array& column, const Rows& rows) {
  const auto& flags = static_cast<const arrow::BooleanArray&>(column);
  std::shared_ptr<arrow::Buffer> buffer =
      HOWDAH_TRY(from_arrow(arrow::AllocateEmptyBitmap(column.length())));
  for (int64_t i = 0; i < column.length(); ++i) {
    const auto row = static_cast<size_t>(i);
    const bool* given = rows.filled[row] ? std::get_if<bool>(&rows.value(row)) : nullptr;
    arrow::bit_util::SetBitTo(buffer->mutable_data(), i, given ? *given : flags.Value(i));
  }
  auto bits = HOWDAH_TRY(validity(column, rows));
  return arrow::MakeArray(
      arrow::ArrayData::Make(column.type(), column.length(), {std::move(bits), std::move(buffer)}));
}

template <typename Builder>
ArrayOrError fill_text(const std::shared_ptr<arrow::Array>& column, const Rows& rows) {
  const auto texts = HOWDAH_TRY(TextView::of(column));
  Builder builder;
  HOWDAH_TRY(from_arrow(builder.Reserve(texts.size())));
  for (int64_t i = 0; i < texts.size(); ++i) {
    const auto row = static_cast<size_t>(i);
    const auto* given = rows.filled[row] ? std::get_if<std::string>(&rows.value(row)) : nullptr;
    if (given)
      HOWDAH_TRY(from_arrow(builder.Append(*given)));
    else if (texts.present()[i])
      HOWDAH_TRY(from_arrow(builder.Append(texts[i])));
    else
      HOWDAH_TRY(from_arrow(builder.AppendNull()));
  }
  return from_arrow(builder.Finish());
}

}  // namespace

ArrayOrError fill(const std::shared_ptr<arrow::Array>& column, const std::vector<uint8_t>& present,
                  const Classes& classes, const std::vector<const FillValue*>& of_class,
                  std::vector<uint8_t>& filled) {
  std::vector<uint8_t> has_value;
  for (const FillValue* value : of_class) has_value.push_back(value->index() != 0);
  for (size_t i = 0; i < present.size(); ++i)
    filled[i] = (present[i] ^ 1) & has_value[classes.of_row[i]];
  if (std::find(filled.begin(), filled.end(), uint8_t{1}) == filled.end())
    return std::shared_ptr<arrow::Array>();
  const Rows rows{classes, of_class, filled};
  switch (column->type_id()) {
    case arrow::Type::BOOL:
      return fill_bool(*column, rows);
    case arrow::Type::INT8:
      return fill_fixed<int8_t>(*column, rows);
    case arrow::Type::INT16:
      return fill_fixed<int16_t>(*column, rows);
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return fill_fixed<int32_t>(*column, rows);
    case arrow::Type::INT64:
    case arrow::Type::DATE64:
    case arrow::Type::TIMESTAMP:
      return fill_fixed<int64_t>(*column, rows);
    case arrow::Type::UINT8:
      return fill_fixed<uint8_t>(*column, rows);
    case arrow::Type::UINT16:
      return fill_fixed<uint16_t>(*column, rows);
    case arrow::Type::UINT32:
      return fill_fixed<uint32_t>(*column, rows);
    case arrow::Type::UINT64:
      return fill_fixed<uint64_t>(*column, rows);
    case arrow::Type::FLOAT:
      return fill_fixed<float>(*column, rows);
    case arrow::Type::DOUBLE:
      return fill_fixed<double>(*column, rows);
    case arrow::Type::STRING:
      return fill_text<arrow::StringBuilder>(column, rows);
    case arrow::Type::LARGE_STRING:
      return fill_text<arrow::LargeStringBuilder>(column, rows);
    default:
      return Status(Code::kInternal, "no values to fill: " + column->type()->ToString());
  }
}

}  // namespace howdah::transform
