#include "formats/memory_ranges.h"

#include <cstring>

namespace howdah::formats {

arrow::Result<std::shared_ptr<arrow::Buffer>> MemoryRanges::ReadAt(int64_t offset, int64_t bytes) {
  auto after = ranges_.upper_bound(offset);
  if (offset < 0 || bytes < 0 || after == ranges_.begin())
    return arrow::Status::Invalid("a read outside of what the footer describes");
  const auto& [begin, buffer] = *--after;
  const int64_t skipped = offset - begin;
  if (skipped > buffer->size() || bytes > buffer->size() - skipped)
    return arrow::Status::Invalid("a read outside of what the footer describes");
  return arrow::SliceBuffer(buffer, skipped, bytes);
}

arrow::Result<int64_t> MemoryRanges::ReadAt(int64_t offset, int64_t bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const auto found, ReadAt(offset, bytes));
  if (bytes > 0) std::memcpy(out, found->data(), static_cast<size_t>(bytes));
  return bytes;
}

arrow::Status MemoryRanges::Seek(int64_t position) {
  position_ = position;
  return arrow::Status::OK();
}

arrow::Result<int64_t> MemoryRanges::Read(int64_t bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const int64_t got, ReadAt(position_, bytes, out));
  position_ += got;
  return got;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> MemoryRanges::Read(int64_t bytes) {
  ARROW_ASSIGN_OR_RAISE(auto found, ReadAt(position_, bytes));
  position_ += bytes;
  return found;
}

}  // namespace howdah::formats
