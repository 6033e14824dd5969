// Words by number: which place in a list a text has, in one look at a table.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::transform {

// Two tables with open addressing: one of words of at most 8 bytes, which are compared as a number,
// one of the rest. Lookups are thread-safe.
class WordTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  WordTable() : WordTable(std::vector<std::string>()) {}
  // Fewer than 2^31 words. Of equal ones the first counts.
  explicit WordTable(const std::vector<std::string>& words);

  uint32_t size() const { return static_cast<uint32_t>(ends_.size()) - 1; }
  std::string_view word(uint32_t place) const {
    return std::string_view(bytes_).substr(ends_[place], ends_[place + 1] - ends_[place]);
  }
  // Its place, or kNone.
  uint32_t find(std::string_view word) const {
    if (word.size() > kShort) return long_[long_slot(word)].place;
    return short_[short_slot(number_of(word), static_cast<uint32_t>(word.size()))].place;
  }

 private:
  static constexpr size_t kShort = 8;
  struct ShortSlot {
    uint64_t number = 0;
    uint32_t length = 0;
    uint32_t place = kNone;
  };
  struct LongSlot {
    uint32_t hash = 0;
    uint32_t place = kNone;
  };
  // Different for different words of one length.
  static uint64_t number_of(std::string_view word) {
    const char* bytes = word.data();
    const size_t length = word.size();
    if (length >= 4) return load(bytes) | static_cast<uint64_t>(load(bytes + length - 4)) << 32;
    if (length == 0) return 0;
    const auto byte = [&](size_t i) { return uint64_t{static_cast<unsigned char>(bytes[i])}; };
    return byte(0) | byte(length / 2) << 8 | byte(length - 1) << 16;
  }
  static uint32_t load(const char* bytes) {
    uint32_t number;
    std::memcpy(&number, bytes, sizeof number);
    return number;
  }
  // Where a word is, or would be.
  size_t short_slot(uint64_t number, uint32_t length) const {
    const uint64_t mixed = (number ^ number >> 29 ^ length) * 0x9e3779b97f4a7c15ULL;
    const size_t mask = short_.size() - 1;
    for (size_t at = mixed >> 32 & mask;; at = (at + 1) & mask) {
      const ShortSlot& slot = short_[at];
      if (slot.place == kNone || (slot.number == number && slot.length == length)) return at;
    }
  }
  size_t long_slot(std::string_view word) const;

  std::string bytes_;
  std::vector<uint64_t> ends_;    // one more than words; the first is 0
  std::vector<ShortSlot> short_;  // both a power of two, half of it free
  std::vector<LongSlot> long_;
};

}  // namespace howdah::transform
