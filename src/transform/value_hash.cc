#include "transform/value_hash.h"

#include <arrow/array.h>
#include <arrow/compute/cast.h>
#include <arrow/datum.h>
#include <arrow/type.h>

#include <bit>
#include <cmath>

#include "formats/arrow_status.h"
#include "transform/column_views.h"

namespace howdah::transform {
namespace {

using statistics::Hash128;

// What kind of value the 64 bits are: kinds never meet.
enum Kind : uint64_t {
  kInteger = 0,
  kFraction = 0x9e3779b97f4a7c15ULL,  // a double that is no int64, by its bits
  kUnsigned = 0x3c6ef372fe94f82aULL,  // beyond int64, and no double either
  kText = 0xdaa66d2c7ddf743fULL,
  kMicroseconds = 0x78dde6e5fd29f054ULL,
  kNanoseconds = 0x1715609f7c746c69ULL,  // that are no whole microseconds
  kOther = 0xb54cda58fbbee87eULL,        // times of day, durations: by their bits
};

struct Adder {
  Hash128 seed;
  void operator()(Hash128& sum, uint64_t bits, Kind kind) const {
    sum.high += mix13(bits ^ seed.high ^ kind);
    sum.low += moremur(bits ^ seed.low ^ kind);
  }
  void text(Hash128& sum, std::string_view text) const {
    const Hash128 hash = statistics::hash128(text);
    sum.high += mix13(hash.high ^ seed.high ^ kText);
    sum.low += moremur(hash.low ^ seed.low ^ kText);
  }
  void number(Hash128& sum, double value) const {
    constexpr double kLimit = 9223372036854775808.0;  // 2^63
    if (value >= -kLimit && value < kLimit) [[likely]] {
      const auto whole = static_cast<int64_t>(value);
      if (static_cast<double>(whole) == value)
        return (*this)(sum, static_cast<uint64_t>(whole), kInteger);
    }
    if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
    (*this)(sum, std::bit_cast<uint64_t>(value), kFraction);
  }
};

// add(sum, row) for each value that is there.
template <typename Add>
void each_row(const arrow::Array& column, int64_t begin, std::span<Hash128> sums, Add&& add) {
  const Presence present(column);
  const auto count = static_cast<int64_t>(sums.size());
  if (present.all()) {
    for (int64_t i = 0; i < count; ++i) add(sums[static_cast<size_t>(i)], begin + i);
  } else {
    for (int64_t i = 0; i < count; ++i)
      if (present[begin + i]) add(sums[static_cast<size_t>(i)], begin + i);
  }
}

template <typename ArrayType>
void add_integers(const arrow::Array& column, const Adder& adder, int64_t begin,
                  std::span<Hash128> sums, uint64_t factor = 1, Kind kind = kInteger) {
  const auto* values = static_cast<const ArrayType&>(column).raw_values();
  // Beyond 64 bits the product wraps, for all types of time alike: two times that differ would have
  // to lie 2^51 days apart to become one.
  each_row(column, begin, sums, [&](Hash128& sum, int64_t row) {
    adder(sum, static_cast<uint64_t>(static_cast<int64_t>(values[row])) * factor, kind);
  });
}

template <typename ArrayType>
void add_doubles(const arrow::Array& column, const Adder& adder, int64_t begin,
                 std::span<Hash128> sums) {
  const auto* values = static_cast<const ArrayType&>(column).raw_values();
  each_row(column, begin, sums,
           [&](Hash128& sum, int64_t row) { adder.number(sum, static_cast<double>(values[row])); });
}

template <typename ArrayType>
void add_texts(const arrow::Array& column, const Adder& adder, int64_t begin,
               std::span<Hash128> sums) {
  const auto& texts = static_cast<const ArrayType&>(column);
  each_row(column, begin, sums,
           [&](Hash128& sum, int64_t row) { adder.text(sum, texts.GetView(row)); });
}

void add_unsigned(const arrow::Array& column, const Adder& adder, int64_t begin,
                  std::span<Hash128> sums) {
  const auto* values = static_cast<const arrow::UInt64Array&>(column).raw_values();
  each_row(column, begin, sums, [&](Hash128& sum, int64_t row) {
    const uint64_t value = values[row];
    if (value <= INT64_MAX) return adder(sum, value, kInteger);
    const auto rounded = static_cast<double>(value);
    constexpr double kLimit = 18446744073709551616.0;  // 2^64
    if (rounded < kLimit && static_cast<uint64_t>(rounded) == value)
      return adder.number(sum, rounded);
    adder(sum, value, kUnsigned);
  });
}

void add_bools(const arrow::Array& column, const Adder& adder, int64_t begin,
               std::span<Hash128> sums) {
  const auto& values = static_cast<const arrow::BooleanArray&>(column);
  Hash128 either[2];
  adder.text(either[0], "false");
  adder.text(either[1], "true");
  each_row(column, begin, sums, [&](Hash128& sum, int64_t row) {
    const Hash128& add = either[values.Value(row)];
    sum.high += add.high;
    sum.low += add.low;
  });
}

void add_timestamps(const arrow::Array& column, const Adder& adder, int64_t begin,
                    std::span<Hash128> sums) {
  const auto unit = static_cast<const arrow::TimestampType&>(*column.type()).unit();
  if (unit != arrow::TimeUnit::NANO) {
    const uint64_t factor = unit == arrow::TimeUnit::SECOND  ? 1'000'000
                            : unit == arrow::TimeUnit::MILLI ? 1'000
                                                             : 1;
    return add_integers<arrow::TimestampArray>(column, adder, begin, sums, factor, kMicroseconds);
  }
  const int64_t* values = static_cast<const arrow::TimestampArray&>(column).raw_values();
  each_row(column, begin, sums, [&](Hash128& sum, int64_t row) {
    const int64_t value = values[row];
    if (value % 1000 == 0)
      adder(sum, static_cast<uint64_t>(value / 1000), kMicroseconds);
    else
      adder(sum, static_cast<uint64_t>(value), kNanoseconds);
  });
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> hashable(const std::shared_ptr<arrow::Array>& column) {
  using arrow::Type;
  std::shared_ptr<arrow::DataType> to;
  switch (column->type_id()) {
    case Type::DICTIONARY:
      to = static_cast<const arrow::DictionaryType&>(*column->type()).value_type();
      break;
    case Type::HALF_FLOAT:
      to = arrow::float32();
      break;
    case Type::STRING_VIEW:
      to = arrow::large_utf8();
      break;
    case Type::BINARY_VIEW:
      to = arrow::large_binary();
      break;
    case Type::DECIMAL32:
    case Type::DECIMAL64:
    case Type::DECIMAL128:
    case Type::DECIMAL256:
      to = arrow::utf8();
      break;
    default:
      if (arrow::is_nested(column->type_id()) || column->type_id() == Type::EXTENSION ||
          arrow::is_interval(column->type_id()) || column->type_id() == Type::RUN_END_ENCODED)
        return Status(Code::kInvalidArgument,
                      "values of type " + column->type()->ToString() + " cannot be compared");
      return column;
  }
  const auto cast = HOWDAH_TRY(formats::from_arrow(arrow::compute::Cast(column, to)));
  return hashable(cast.make_array());
}

void add_value_hashes(const arrow::Array& column, const Hash128& seed, int64_t begin,
                      std::span<Hash128> sums) {
  using arrow::Type;
  constexpr uint64_t kDay = 86'400'000'000;
  const Adder adder{seed};
  switch (column.type_id()) {
    case Type::NA:
      return;
    case Type::BOOL:
      return add_bools(column, adder, begin, sums);
    case Type::INT8:
      return add_integers<arrow::Int8Array>(column, adder, begin, sums);
    case Type::INT16:
      return add_integers<arrow::Int16Array>(column, adder, begin, sums);
    case Type::INT32:
      return add_integers<arrow::Int32Array>(column, adder, begin, sums);
    case Type::INT64:
      return add_integers<arrow::Int64Array>(column, adder, begin, sums);
    case Type::UINT8:
      return add_integers<arrow::UInt8Array>(column, adder, begin, sums);
    case Type::UINT16:
      return add_integers<arrow::UInt16Array>(column, adder, begin, sums);
    case Type::UINT32:
      return add_integers<arrow::UInt32Array>(column, adder, begin, sums);
    case Type::UINT64:
      return add_unsigned(column, adder, begin, sums);
    case Type::FLOAT:
      return add_doubles<arrow::FloatArray>(column, adder, begin, sums);
    case Type::DOUBLE:
      return add_doubles<arrow::DoubleArray>(column, adder, begin, sums);
    case Type::STRING:
    case Type::BINARY:
      return add_texts<arrow::BinaryArray>(column, adder, begin, sums);
    case Type::LARGE_STRING:
    case Type::LARGE_BINARY:
      return add_texts<arrow::LargeBinaryArray>(column, adder, begin, sums);
    case Type::FIXED_SIZE_BINARY:
      return add_texts<arrow::FixedSizeBinaryArray>(column, adder, begin, sums);
    case Type::DATE32:
      return add_integers<arrow::Date32Array>(column, adder, begin, sums, kDay, kMicroseconds);
    case Type::DATE64:
      return add_integers<arrow::Date64Array>(column, adder, begin, sums, 1000, kMicroseconds);
    case Type::TIMESTAMP:
      return add_timestamps(column, adder, begin, sums);
    case Type::TIME32:
      return add_integers<arrow::Time32Array>(column, adder, begin, sums, 1, kOther);
    case Type::TIME64:
      return add_integers<arrow::Time64Array>(column, adder, begin, sums, 1, kOther);
    case Type::DURATION:
      return add_integers<arrow::DurationArray>(column, adder, begin, sums, 1, kOther);
    default:
      return;
  }
}

Hash128 finished(Hash128 sum) {
  sum.high = mix13(sum.high + std::rotl(sum.low, 32));
  sum.low = moremur(sum.low ^ sum.high);
  sum.high += sum.low;
  return sum;
}

}  // namespace howdah::transform
