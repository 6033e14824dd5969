#include "transform/normalize_words.h"

#include <bit>

#include "statistics/hash128.h"

namespace howdah::transform {

WordTable::WordTable(const std::vector<std::string>& words) {
  slots_.resize(std::bit_ceil(2 * words.size() + 2));
  ends_.reserve(words.size() + 1);
  ends_.push_back(0);
  const size_t mask = slots_.size() - 1;
  for (const std::string& text : words) {
    const uint64_t hash = statistics::hash64(text);
    bytes_ += text;
    ends_.push_back(bytes_.size());
    const auto place = static_cast<uint32_t>(ends_.size() - 2);
    size_t at = hash & mask;
    while (slots_[at].place != kNone && word(slots_[at].place) != text) at = (at + 1) & mask;
    if (slots_[at].place == kNone) slots_[at] = {static_cast<uint32_t>(hash >> 32), place};
  }
}

uint32_t WordTable::find(std::string_view text) const {
  const uint64_t hash = statistics::hash64(text);
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.place == kNone) return kNone;
    if (slot.hash == static_cast<uint32_t>(hash >> 32) && word(slot.place) == text)
      return slot.place;
  }
}

}  // namespace howdah::transform
