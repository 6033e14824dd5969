#include "formats/decode_memory.h"

#include <arrow/status.h>

#include <algorithm>

namespace howdah::formats {
namespace {

constexpr int64_t kUnlimited = INT64_MAX / 2;
thread_local int64_t left_bytes = kUnlimited;

class DecodeMemory : public arrow::MemoryPool {
 public:
  using arrow::MemoryPool::Allocate;
  using arrow::MemoryPool::Free;
  using arrow::MemoryPool::Reallocate;

  arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override {
    ARROW_RETURN_NOT_OK(check(size));
    ARROW_RETURN_NOT_OK(pool_->Allocate(size, alignment, out));
    left_bytes -= size;
    return arrow::Status::OK();
  }
  arrow::Status Reallocate(int64_t old_size, int64_t new_size, int64_t alignment,
                           uint8_t** pointer) override {
    ARROW_RETURN_NOT_OK(check(new_size - old_size));
    ARROW_RETURN_NOT_OK(pool_->Reallocate(old_size, new_size, alignment, pointer));
    give_back(old_size - new_size);
    return arrow::Status::OK();
  }
  void Free(uint8_t* buffer, int64_t size, int64_t alignment) override {
    pool_->Free(buffer, size, alignment);
    give_back(size);
  }
  int64_t bytes_allocated() const override { return pool_->bytes_allocated(); }
  int64_t max_memory() const override { return pool_->max_memory(); }
  int64_t total_bytes_allocated() const override { return pool_->total_bytes_allocated(); }
  int64_t num_allocations() const override { return pool_->num_allocations(); }
  std::string backend_name() const override { return pool_->backend_name(); }

 private:
  static arrow::Status check(int64_t more) {
    if (more <= left_bytes) return arrow::Status::OK();
    return arrow::Status::OutOfMemory("its values need more memory than one chunk may take");
  }
  static void give_back(int64_t bytes) { left_bytes = std::min(left_bytes + bytes, kUnlimited); }

  arrow::MemoryPool* const pool_ = arrow::default_memory_pool();
};

}  // namespace

arrow::MemoryPool* decode_memory() {
  static auto* const pool = new DecodeMemory();  // outlives every buffer
  return pool;
}

DecodeAllowance::DecodeAllowance(int64_t bytes) : before_(left_bytes) {
  left_bytes = bytes;
}
DecodeAllowance::~DecodeAllowance() {
  left_bytes = before_;
}

}  // namespace howdah::formats
