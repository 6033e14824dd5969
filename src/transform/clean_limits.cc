#include "transform/clean_limits.h"

#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bitmap_ops.h>

#include <cmath>

#include "formats/arrow_status.h"
#include "transform/column_views.h"

namespace howdah::transform {
namespace {

template <typename Type>
Result<std::shared_ptr<arrow::Array>> clip_as(const arrow::Array& column, Limits limits,
                                              std::vector<uint8_t>& changed) {
  using Value = typename Type::c_type;
  Value low = std::numeric_limits<Value>::lowest(), high = std::numeric_limits<Value>::max();
  if constexpr (std::is_integral_v<Value>) {
    // The type's largest integer, as a double, may round up beyond it.
    if (limits.low > static_cast<double>(low))
      low = limits.low >= static_cast<double>(high) ? high
                                                    : static_cast<Value>(std::ceil(limits.low));
    if (limits.high < static_cast<double>(high))
      high = limits.high <= static_cast<double>(std::numeric_limits<Value>::lowest())
                 ? std::numeric_limits<Value>::lowest()
                 : static_cast<Value>(std::floor(limits.high));
  } else {
    low = static_cast<Value>(limits.low);
    if (static_cast<double>(low) < limits.low) low = std::nextafter(low, Value{INFINITY});
    high = static_cast<Value>(limits.high);
    if (static_cast<double>(high) > limits.high) high = std::nextafter(high, -Value{INFINITY});
  }
  const auto& from = static_cast<const arrow::NumericArray<Type>&>(column);
  const Value* values = from.raw_values();
  const auto count = static_cast<size_t>(column.length());
  const Presence present(column);
  bool any = false;
  for (size_t i = 0; i < count; ++i) {
    changed[i] = limits.beyond(static_cast<double>(values[i]));
    any |= changed[i] != 0;
  }
  if (!any) return std::shared_ptr<arrow::Array>();
  if (!present.all())
    for (size_t i = 0; i < count; ++i) changed[i] &= present[static_cast<int64_t>(i)];
  std::shared_ptr<arrow::Buffer> buffer = HOWDAH_TRY(
      formats::from_arrow(arrow::AllocateBuffer(static_cast<int64_t>(count * sizeof(Value)))));
  auto* into = reinterpret_cast<Value*>(buffer->mutable_data());
  for (size_t i = 0; i < count; ++i) {
    const bool below = static_cast<double>(values[i]) < limits.low;
    into[i] = changed[i] ? (below ? low : high) : values[i];
    changed[i] &= into[i] != values[i];
  }
  std::shared_ptr<arrow::Buffer> bits = column.null_bitmap();
  if (bits && column.offset())
    bits = HOWDAH_TRY(formats::from_arrow(arrow::internal::CopyBitmap(
        arrow::default_memory_pool(), bits->data(), column.offset(), column.length())));
  return arrow::MakeArray(
      arrow::ArrayData::Make(column.type(), column.length(), {std::move(bits), std::move(buffer)}));
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> clip(const arrow::Array& column, Limits limits,
                                           std::vector<uint8_t>& changed) {
  switch (column.type_id()) {
    case arrow::Type::INT8:
      return clip_as<arrow::Int8Type>(column, limits, changed);
    case arrow::Type::INT16:
      return clip_as<arrow::Int16Type>(column, limits, changed);
    case arrow::Type::INT32:
      return clip_as<arrow::Int32Type>(column, limits, changed);
    case arrow::Type::INT64:
      return clip_as<arrow::Int64Type>(column, limits, changed);
    case arrow::Type::UINT8:
      return clip_as<arrow::UInt8Type>(column, limits, changed);
    case arrow::Type::UINT16:
      return clip_as<arrow::UInt16Type>(column, limits, changed);
    case arrow::Type::UINT32:
      return clip_as<arrow::UInt32Type>(column, limits, changed);
    case arrow::Type::UINT64:
      return clip_as<arrow::UInt64Type>(column, limits, changed);
    case arrow::Type::FLOAT:
      return clip_as<arrow::FloatType>(column, limits, changed);
    case arrow::Type::DOUBLE:
      return clip_as<arrow::DoubleType>(column, limits, changed);
    default:
      return Status(Code::kInternal, "no numbers: " + column.type()->ToString());
  }
}

}  // namespace howdah::transform
