// Counts by 64-bit key: a hash table with linear probing, made for a few instructions a key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace howdah::statistics {

class BinTable {
 public:
  // At most kMost different keys: the table does not grow beyond three quarters of 2^17 slots.
  static constexpr size_t kMost = 98'304;

  struct Slot {
    uint64_t key = 0;
    int64_t count = 0;  // 0: the slot is free
  };

  // True where the key is new. times > 0. Not to be called for new keys while size() is kMost.
  bool add(uint64_t key, int64_t times) {
    if (slots_.empty()) grow();
    size_t at = place(key);
    while (slots_[at].count != 0) {
      if (slots_[at].key == key) {
        slots_[at].count += times;
        return false;
      }
      at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at] = {key, times};
    ++size_;
    if (size_ * 2 > slots_.size() && slots_.size() < kMostSlots) grow();
    return true;
  }

  size_t size() const { return size_; }

  template <typename Visit>  // visit(key, count), in no order
  void each(Visit visit) const {
    for (const Slot& slot : slots_)
      if (slot.count != 0) visit(slot.key, slot.count);
  }

 private:
  static constexpr size_t kMostSlots = size_t{1} << 17;

  // Fibonacci hashing (Knuth, volume 3, 6.4): the leading bits of the product.
  size_t place(uint64_t key) const { return key * 0x9e3779b97f4a7c15 >> shift_; }

  void grow() {
    std::vector<Slot> before = std::move(slots_);
    shift_ = before.empty() ? 64 - 6 : shift_ - 1;
    slots_.assign(size_t{1} << (64 - shift_), {});
    for (const Slot& slot : before) {
      if (slot.count == 0) continue;
      size_t at = place(slot.key);
      while (slots_[at].count != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
  int shift_ = 0;
};

}  // namespace howdah::statistics
