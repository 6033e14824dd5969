#include "statistics/value_counts.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

#include "statistics/hash128.h"

namespace howdah::statistics {

constexpr size_t kFewestSlots = 64;
constexpr size_t kInCache = 4096;                // so few entries need no prefetching
constexpr size_t kMostValues = size_t{1} << 31;  // an index has 32 bits

ValueCounts::ValueCounts(size_t limit) : limit_(std::min(limit, kMostValues)) {}

size_t ValueCounts::slot_of(std::string_view value, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at] != 0) {
    const Kept& entry = entries_[slots_[at] - 1];
    if (entry.hash == hash && entry.length == value.size() &&
        (value.empty() ||
         std::memcmp(texts_.data() + entry.offset, value.data(), value.size()) == 0))
      break;
    at = (at + 1) & mask;
  }
  return at;
}

void ValueCounts::add(std::string_view value, int64_t times) {
  if (times <= 0) return;
  if (slots_.empty() && !overflowed_) slots_.assign(kFewestSlots, 0);
  add_hashed(value, overflowed_ ? 0 : hash64(value), times);
}

// In a large table each look waits for memory: those of a block wait together.
void ValueCounts::add(std::span<const std::string_view> values) {
  constexpr size_t kBlock = 64;
  uint64_t hashes[kBlock];
  while (!values.empty() && !overflowed_) {
    if (slots_.empty()) slots_.assign(kFewestSlots, 0);
    const auto block = values.first(std::min(values.size(), kBlock));
    values = values.subspan(block.size());
    const size_t mask = slots_.size() - 1;
    for (size_t i = 0; i < block.size(); ++i) {
      hashes[i] = hash64(block[i]);
      __builtin_prefetch(&slots_[hashes[i] & mask]);
    }
    if (entries_.size() > kInCache) {
      for (size_t i = 0; i < block.size(); ++i) {
        const uint32_t index = slots_[hashes[i] & mask];
        if (index != 0) __builtin_prefetch(&entries_[index - 1]);
      }
      for (size_t i = 0; i < block.size(); ++i) {
        const uint32_t index = slots_[hashes[i] & mask];
        if (index != 0) __builtin_prefetch(texts_.data() + entries_[index - 1].offset);
      }
    }
    for (size_t i = 0; i < block.size(); ++i) add_hashed(block[i], hashes[i], 1);
  }
  total_ += static_cast<int64_t>(values.size());
}

void ValueCounts::add_hashed(std::string_view value, uint64_t hash, int64_t times) {
  total_ += times;
  if (overflowed_) return;
  const size_t slot = slot_of(value, hash);
  if (slots_[slot] != 0)
    entries_[slots_[slot] - 1].count += times;
  else
    insert(slot, value, hash, times);
}

void ValueCounts::insert(size_t slot, std::string_view value, uint64_t hash, int64_t times) {
  if (entries_.size() >= limit_ || value.size() > kMaxBytes - texts_.size()) return overflow();
  entries_.push_back({hash, texts_.size(), times, static_cast<uint32_t>(value.size())});
  texts_.append(value);
  slots_[slot] = static_cast<uint32_t>(entries_.size());
  if (entries_.size() * 2 > slots_.size()) grow();
}

void ValueCounts::grow() {
  const size_t mask = slots_.size() * 2 - 1;
  slots_.assign(mask + 1, 0);
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t at = entries_[i].hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<uint32_t>(i + 1);
  }
}

void ValueCounts::overflow() {
  overflowed_ = true;
  slots_ = {};
  entries_ = {};
  texts_ = {};
}

void ValueCounts::merge(const ValueCounts& other) {
  if (&other == this) return merge(ValueCounts(other));
  limit_ = std::min(limit_, other.limit_);
  if (other.overflowed_ || entries_.size() > limit_) overflow();
  if (overflowed_) {
    total_ += other.total_;
    return;
  }
  for (const Kept& entry : other.entries_) add(other.text_of(entry), entry.count);
}

int64_t ValueCounts::count_of(std::string_view value) const {
  if (slots_.empty()) return 0;
  const uint32_t index = slots_[slot_of(value, hash64(value))];
  return index == 0 ? 0 : entries_[index - 1].count;
}

std::vector<ValueCounts::Entry> ValueCounts::sorted(size_t most) const {
  std::vector<uint32_t> order(entries_.size());
  std::iota(order.begin(), order.end(), 0);
  const size_t length = std::min(most, order.size());
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(length);
  std::partial_sort(order.begin(), end, order.end(), [this](uint32_t a, uint32_t b) {
    if (entries_[a].count != entries_[b].count) return entries_[a].count > entries_[b].count;
    return text_of(entries_[a]) < text_of(entries_[b]);
  });
  std::vector<Entry> result;
  result.reserve(length);
  for (auto at = order.begin(); at != end; ++at)
    result.push_back({std::string(text_of(entries_[*at])), entries_[*at].count});
  return result;
}

std::vector<uint32_t> ValueCounts::by_value() const {
  std::vector<uint32_t> order(entries_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [this](uint32_t a, uint32_t b) { return text_of(entries_[a]) < text_of(entries_[b]); });
  return order;
}

void ValueCounts::write_to(ByteWriter& bytes) const {
  bytes.varint(limit_);
  bytes.u8(overflowed_ ? 1 : 0);
  bytes.varint(static_cast<uint64_t>(total_));
  bytes.varint(entries_.size());
  for (const uint32_t index : by_value()) {
    bytes.text(text_of(entries_[index]));
    bytes.varint(static_cast<uint64_t>(entries_[index].count));
  }
}

Status ValueCounts::merge(ByteReader& bytes) {
  const auto wrong = [] { return Status(Code::kCorrupt, "value counts are out of range"); };
  const auto most = static_cast<uint64_t>(std::numeric_limits<int64_t>::max() - total_);
  ValueCounts theirs(HOWDAH_TRY(bytes.varint()));
  const uint8_t overflowed = HOWDAH_TRY(bytes.u8());
  const uint64_t total = HOWDAH_TRY(bytes.varint());
  const uint64_t size = HOWDAH_TRY(bytes.varint());
  if (overflowed > 1 || total > most || size > theirs.limit_ || (overflowed == 1 && size > 0))
    return wrong();
  uint64_t left = total;
  std::string before;
  for (uint64_t i = 0; i < size; ++i) {
    std::string value = HOWDAH_TRY(bytes.text());
    const uint64_t times = HOWDAH_TRY(bytes.varint());
    if (times == 0 || times > left || (i > 0 && value <= before)) return wrong();
    left -= times;
    theirs.add(value, static_cast<int64_t>(times));
    if (theirs.overflowed_) return wrong();
    before = std::move(value);
  }
  if (overflowed == 0 && left != 0) return wrong();
  theirs.overflowed_ = overflowed == 1;
  theirs.total_ = static_cast<int64_t>(total);
  merge(theirs);
  return Status::ok();
}

}  // namespace howdah::statistics
