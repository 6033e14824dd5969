// Buffers that sums use one after the other: memory fresh from the system costs more than the sum.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <utility>

namespace howdah::comm {

class BufferPool {
 public:
  // Not initialized.
  std::unique_ptr<float[]> take(size_t floats) {
    const auto found = free_.find(floats);
    if (found == free_.end()) return std::make_unique_for_overwrite<float[]>(floats);
    std::unique_ptr<float[]> buffer = std::move(found->second);
    free_.erase(found);
    free_floats_ -= floats;
    return buffer;
  }
  void give_back(std::unique_ptr<float[]> buffer, size_t floats) {
    if (!buffer || free_floats_ + floats > kMostFreeFloats) return;
    free_.emplace(floats, std::move(buffer));
    free_floats_ += floats;
  }

 private:
  static constexpr size_t kMostFreeFloats = 16 << 20;
  std::multimap<size_t, std::unique_ptr<float[]>> free_;  // by length
  size_t free_floats_ = 0;
};

}  // namespace howdah::comm
