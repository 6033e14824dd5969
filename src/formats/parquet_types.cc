#include "formats/parquet_types.h"

#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

#include <algorithm>

namespace howdah::formats {
namespace {
using arrow::Type;
using TypePtr = std::shared_ptr<arrow::DataType>;

TypePtr common_integer(const arrow::DataType& a, const arrow::DataType& b) {
  const bool signed_a = arrow::is_signed_integer(a.id()),
             signed_b = arrow::is_signed_integer(b.id());
  if (signed_a == signed_b) return nullptr;  // the wider one
  const int signed_bits = signed_a ? a.bit_width() : b.bit_width();
  const int unsigned_bits = signed_a ? b.bit_width() : a.bit_width();
  switch (std::max(signed_bits, 2 * unsigned_bits)) {
    case 16:
      return arrow::int16();
    case 32:
      return arrow::int32();
    case 64:
      return arrow::int64();
    default:
      return arrow::float64();
  }
}

TypePtr common_number(const TypePtr& a, const TypePtr& b) {
  const bool whole_a = arrow::is_integer(a->id()), whole_b = arrow::is_integer(b->id());
  if (whole_a && whole_b) {
    if (auto common = common_integer(*a, *b)) return common;
    return a->bit_width() > b->bit_width() ? a : b;
  }
  if (!whole_a && !whole_b) return arrow::float64();
  const TypePtr& whole = whole_a ? a : b;
  const TypePtr& fraction = whole_a ? b : a;
  return whole->bit_width() <= 16 ? fraction : arrow::float64();
}

}  // namespace

TypePtr landing_type(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::NA:
      return arrow::null();
    case Type::BOOL:
      return arrow::boolean();
    case Type::INT8:
      return arrow::int8();
    case Type::INT16:
      return arrow::int16();
    case Type::INT32:
      return arrow::int32();
    case Type::INT64:
    case Type::DURATION:
      return arrow::int64();
    case Type::UINT8:
      return arrow::uint8();
    case Type::UINT16:
      return arrow::uint16();
    case Type::UINT32:
      return arrow::uint32();
    case Type::UINT64:
      return arrow::uint64();
    case Type::HALF_FLOAT:
    case Type::FLOAT:
      return arrow::float32();
    case Type::DOUBLE:
    case Type::DECIMAL32:
    case Type::DECIMAL64:
    case Type::DECIMAL128:
    case Type::DECIMAL256:
      return arrow::float64();
    case Type::STRING:
    case Type::LARGE_STRING:
    case Type::STRING_VIEW:
    case Type::TIME32:
    case Type::TIME64:
      return arrow::utf8();
    case Type::BINARY:
    case Type::LARGE_BINARY:
    case Type::BINARY_VIEW:
    case Type::FIXED_SIZE_BINARY:
      return arrow::binary();
    case Type::DATE32:
    case Type::DATE64:
      return arrow::date32();
    case Type::TIMESTAMP:
      return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case Type::DICTIONARY:
      return landing_type(*static_cast<const arrow::DictionaryType&>(type).value_type());
    case Type::EXTENSION:
      return landing_type(*static_cast<const arrow::ExtensionType&>(type).storage_type());
    default:
      return nullptr;
  }
}

TypePtr common_type(const TypePtr& a, const TypePtr& b) {
  if (a->Equals(*b) || b->id() == Type::NA) return a;
  if (a->id() == Type::NA) return b;
  const auto is_number = [](const arrow::DataType& type) {
    return arrow::is_integer(type.id()) || arrow::is_floating(type.id());
  };
  if (is_number(*a) && is_number(*b)) return common_number(a, b);
  const auto pair = [&](Type::type x, Type::type y) {
    return (a->id() == x && b->id() == y) || (a->id() == y && b->id() == x);
  };
  if (pair(Type::DATE32, Type::TIMESTAMP)) return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  if (pair(Type::STRING, Type::BINARY)) return arrow::binary();
  return nullptr;
}

Inferred inferred_like(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::NA:
      return Inferred::kNull;
    case Type::BOOL:
      return Inferred::kBool;
    case Type::DATE32:
      return Inferred::kDate;
    case Type::TIMESTAMP:
      return Inferred::kTimestamp;
    case Type::BINARY:
      return Inferred::kBinary;
    default:
      if (arrow::is_integer(type.id())) return Inferred::kInt64;
      return arrow::is_floating(type.id()) ? Inferred::kFloat64 : Inferred::kString;
  }
}

bool can_be_given(const arrow::DataType& from, Inferred to) {
  const Inferred like = inferred_like(from);
  if (like == to || like == Inferred::kString || like == Inferred::kNull) return true;
  switch (to) {
    case Inferred::kString:
      return true;
    case Inferred::kBool:
      return like == Inferred::kInt64;
    case Inferred::kInt64:
      return like == Inferred::kFloat64 || like == Inferred::kBool;
    case Inferred::kFloat64:
      return like == Inferred::kInt64 || like == Inferred::kBool;
    case Inferred::kDate:
      return like == Inferred::kTimestamp;
    case Inferred::kTimestamp:
      return like == Inferred::kDate;
    default:
      return false;
  }
}

}  // namespace howdah::formats
