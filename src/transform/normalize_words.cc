#include "transform/normalize_words.h"

#include <bit>

#include "statistics/hash128.h"

namespace howdah::transform {

WordTable::WordTable(const std::vector<std::string>& words) {
  size_t short_words = 0;
  for (const std::string& text : words) short_words += text.size() <= kShort;
  short_.resize(std::bit_ceil(2 * short_words + 2));
  long_.resize(std::bit_ceil(2 * (words.size() - short_words) + 2));
  ends_.reserve(words.size() + 1);
  ends_.push_back(0);
  for (const std::string& text : words) {
    const auto place = static_cast<uint32_t>(ends_.size() - 1);
    bytes_ += text;
    ends_.push_back(bytes_.size());
    if (text.size() <= kShort) {
      const auto length = static_cast<uint32_t>(text.size());
      ShortSlot& slot = short_[short_slot(number_of(text), length)];
      if (slot.place == kNone) slot = {number_of(text), length, place};
    } else {
      LongSlot& slot = long_[long_slot(text)];
      if (slot.place == kNone)
        slot = {static_cast<uint32_t>(statistics::hash64(text) >> 32), place};
    }
  }
}

size_t WordTable::long_slot(std::string_view text) const {
  const uint64_t hash = statistics::hash64(text);
  const size_t mask = long_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    const LongSlot& slot = long_[at];
    if (slot.place == kNone) return at;
    if (slot.hash == static_cast<uint32_t>(hash >> 32) && word(slot.place) == text) return at;
  }
}

}  // namespace howdah::transform
