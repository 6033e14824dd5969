// Words by number: which place in a list a text has, in one look at a table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::transform {

// Open addressing over one piece of memory. Lookups are thread-safe.
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
  uint32_t find(std::string_view word) const;  // its place, or kNone

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t place = kNone;
  };
  std::string bytes_;
  std::vector<uint64_t> ends_;  // one more than words; the first is 0
  std::vector<Slot> slots_;     // a power of two
};

}  // namespace howdah::transform
