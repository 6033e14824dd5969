// Lists of numbers, one a text, as a column is built up: list<int32>.
#pragma once

#include <arrow/array/array_nested.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bitmap_ops.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "formats/arrow_status.h"

namespace howdah::transform {

inline std::shared_ptr<arrow::DataType> number_lists() {
  return arrow::list(arrow::int32());
}

class NumberLists {
 public:
  // `rows` are due.
  explicit NumberLists(int64_t rows) { ends_.reserve(static_cast<size_t>(rows) + 1); }

  std::vector<int32_t>& numbers() { return numbers_; }  // append those of the list at hand
  size_t begin() const { return static_cast<size_t>(ends_.back()); }  // of it, in numbers()
  // kInvalidArgument when there are more than 2^31 numbers in all.
  Status end_list() {
    if (numbers_.size() > INT32_MAX)
      return Status(Code::kInvalidArgument, "more than 2^31 numbers in one chunk of records");
    ends_.push_back(static_cast<int32_t>(numbers_.size()));
    return Status::ok();
  }
  // What is missing in `texts` is missing in the lists.
  Result<std::shared_ptr<arrow::Array>> finish(const arrow::Array& texts) {
    std::shared_ptr<arrow::Buffer> present;
    if (texts.null_count() > 0)
      present = HOWDAH_TRY(formats::from_arrow(arrow::internal::CopyBitmap(
          arrow::default_memory_pool(), texts.null_bitmap_data(), texts.offset(), texts.length())));
    const auto count = static_cast<int64_t>(numbers_.size());
    auto values =
        std::make_shared<arrow::Int32Array>(count, arrow::Buffer::FromVector(std::move(numbers_)));
    return std::shared_ptr<arrow::Array>(std::make_shared<arrow::ListArray>(
        number_lists(), texts.length(), arrow::Buffer::FromVector(std::move(ends_)),
        std::move(values), std::move(present), texts.null_count()));
  }

 private:
  std::vector<int32_t> numbers_;
  std::vector<int32_t> ends_{0};
};

}  // namespace howdah::transform
