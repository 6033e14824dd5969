// One column of a record batch while it grows: values straight into Arrow's buffers.
//
// Rows are added block by block; what was not committed is written over. One thread.
#pragma once

#include <arrow/buffer.h>
#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "base/result.h"
#include "formats/table_schema.h"

namespace howdah::formats {

class ColumnOutput {
 public:
  // expected_rows and expected_bytes (of all strings): a guess.
  Status open(Inferred type, int64_t expected_rows, int64_t expected_bytes);

  // Makes room for a block. The writers below then write behind rows(), and commit() counts.
  //   kOutOfMemory  the strings of one chunk reach 2 GiB
  Status reserve(size_t rows, size_t string_bytes);
  template <typename T>
  T* values() {
    return reinterpret_cast<T*>(values_->mutable_data()) + rows_;
  }
  uint8_t* valid() { return valid_.data() + rows_; }  // 1 or 0 for each row
  // Of strings: values<int32_t>()[i] is where row i begins; the one behind the last is due too.
  char* string_data() { return reinterpret_cast<char*>(data_->mutable_data()); }
  int32_t string_end() const;
  void commit(size_t rows, size_t nulls);

  Inferred type() const { return type_; }
  int64_t rows() const { return static_cast<int64_t>(rows_); }
  Result<std::shared_ptr<arrow::Array>> finish(const std::shared_ptr<arrow::DataType>& type);

 private:
  size_t width() const;  // of a value while it grows: booleans are bytes until the end
  Inferred type_ = Inferred::kNull;
  size_t rows_ = 0, nulls_ = 0;
  std::vector<uint8_t> valid_;
  std::shared_ptr<arrow::ResizableBuffer> values_, data_;
};

}  // namespace howdah::formats
