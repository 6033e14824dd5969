#include "formats/column_output.h"

#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "formats/arrow_status.h"

namespace howdah::formats {
namespace {

// Writers copy short strings 16 bytes at a time.
constexpr size_t kSlack = 64;

Status grow(arrow::ResizableBuffer& buffer, size_t bytes) {
  if (bytes <= static_cast<size_t>(buffer.size())) return Status::ok();
  const auto grown = std::max(bytes, static_cast<size_t>(buffer.size()) * 3 / 2);
  return from_arrow(buffer.Resize(static_cast<int64_t>(grown), false));
}

Result<std::shared_ptr<arrow::ResizableBuffer>> allocate(size_t bytes) {
  auto buffer = HOWDAH_TRY(from_arrow(arrow::AllocateResizableBuffer(static_cast<int64_t>(bytes))));
  return std::shared_ptr<arrow::ResizableBuffer>(std::move(buffer));
}

// Bytes of 0 and 1 to bits.
Result<std::shared_ptr<arrow::Buffer>> pack(const uint8_t* bytes, size_t count) {
  auto bits = HOWDAH_TRY(allocate((count + 7) / 8));
  uint8_t* out = bits->mutable_data();
  size_t row = 0;
  for (; row + 8 <= count; row += 8) {
    uint64_t eight;
    std::memcpy(&eight, bytes + row, sizeof eight);
    *out++ = static_cast<uint8_t>((eight * 0x0102040810204080u) >> 56);
  }
  if (row < count) {
    uint8_t last = 0;
    for (size_t bit = 0; row < count; ++row, ++bit)
      last = static_cast<uint8_t>(last | bytes[row] << bit);
    *out = last;
  }
  return std::shared_ptr<arrow::Buffer>(std::move(bits));
}

}  // namespace

size_t ColumnOutput::width() const {
  switch (type_) {
    case Inferred::kBool:
      return 1;
    case Inferred::kInt64:
    case Inferred::kFloat64:
    case Inferred::kTimestamp:
      return 8;
    default:
      return 4;  // days, offsets of strings
  }
}

Status ColumnOutput::open(Inferred type, int64_t expected_rows, int64_t expected_bytes) {
  type_ = type == Inferred::kNull || type == Inferred::kBinary ? Inferred::kString : type;
  const auto rows = static_cast<size_t>(expected_rows);
  valid_.resize(rows);
  values_ = HOWDAH_TRY(allocate((rows + 1) * width()));
  if (type_ == Inferred::kString) {
    data_ = HOWDAH_TRY(allocate(static_cast<size_t>(expected_bytes) + kSlack));
    std::memset(values_->mutable_data(), 0, sizeof(int32_t));
  }
  return Status::ok();
}

int32_t ColumnOutput::string_end() const {
  return reinterpret_cast<const int32_t*>(values_->data())[rows_];
}

Status ColumnOutput::reserve(size_t rows, size_t string_bytes) {
  if (valid_.size() < rows_ + rows) valid_.resize(std::max(rows_ + rows, valid_.size() * 3 / 2));
  HOWDAH_TRY(grow(*values_, (rows_ + rows + 1) * width()));
  if (type_ != Inferred::kString) return Status::ok();
  const size_t end = static_cast<size_t>(string_end()) + string_bytes;
  if (end > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    return Status(Code::kOutOfMemory, "the strings of one chunk reach 2 GiB")
        .with_advice("lower max_record");
  return grow(*data_, end + kSlack);
}

void ColumnOutput::commit(size_t rows, size_t nulls) {
  rows_ += rows;
  nulls_ += nulls;
}

Result<std::shared_ptr<arrow::Array>> ColumnOutput::finish(
    const std::shared_ptr<arrow::DataType>& type) {
  std::shared_ptr<arrow::Buffer> validity, values = values_;
  if (nulls_ > 0) validity = HOWDAH_TRY(pack(valid_.data(), rows_));
  if (type_ == Inferred::kBool) {
    values = HOWDAH_TRY(pack(values_->data(), rows_));
  } else {
    const size_t count = rows_ + (type_ == Inferred::kString ? 1 : 0);
    HOWDAH_TRY(from_arrow(values_->Resize(static_cast<int64_t>(count * width()), false)));
  }
  std::vector<std::shared_ptr<arrow::Buffer>> buffers = {validity, values};
  if (type_ == Inferred::kString) {
    HOWDAH_TRY(from_arrow(data_->Resize(string_end(), false)));
    buffers.push_back(data_);
  }
  const auto data = arrow::ArrayData::Make(type, static_cast<int64_t>(rows_), std::move(buffers),
                                           static_cast<int64_t>(nulls_));
  return arrow::MakeArray(data);
}

}  // namespace howdah::formats
