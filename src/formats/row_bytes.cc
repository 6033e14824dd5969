#include "formats/row_bytes.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_nested.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace howdah::formats {
namespace {

int64_t bytes_of(const arrow::Array& values, int64_t begin, int64_t end) {
  switch (values.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const auto& array = static_cast<const arrow::BinaryArray&>(values);
      return array.value_offset(end) - array.value_offset(begin) + 4 * (end - begin);
    }
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY: {
      const auto& array = static_cast<const arrow::LargeBinaryArray&>(values);
      return array.value_offset(end) - array.value_offset(begin) + 4 * (end - begin);
    }
    case arrow::Type::LIST: {
      const auto& array = static_cast<const arrow::ListArray&>(values);
      return bytes_of(*array.values(), array.value_offset(begin), array.value_offset(end)) +
             4 * (end - begin);
    }
    case arrow::Type::FIXED_SIZE_LIST: {
      const auto& array = static_cast<const arrow::FixedSizeListArray&>(values);
      return bytes_of(*array.values(), array.value_offset(begin), array.value_offset(end));
    }
    default: {
      const int bits = values.type()->bit_width();
      return (end - begin) * (bits < 8 ? 1 : bits / 8);
    }
  }
}

}  // namespace

int64_t row_bytes(const arrow::RecordBatch& batch, int64_t begin, int64_t end) {
  int64_t bytes = 0;
  for (const auto& column : batch.columns()) bytes += bytes_of(*column, begin, end);
  return bytes;
}

}  // namespace howdah::formats
