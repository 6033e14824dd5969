#include "statistics/sample.h"

#include <algorithm>

namespace howdah::statistics {

void Sample::add(const Hash128& hash, std::string payload) {
  if (!wants(hash)) return;
  Entry entry{hash, std::move(payload)};
  if (entries_.size() == size_) {
    if (entry >= entries_.front()) return;
    std::pop_heap(entries_.begin(), entries_.end());
    entries_.back() = std::move(entry);
  } else {
    entries_.push_back(std::move(entry));
  }
  std::push_heap(entries_.begin(), entries_.end());
}

void Sample::merge(const Sample& other) {
  if (&other == this) return merge(Sample(other));
  size_ = std::min(size_, other.size_);
  for (; entries_.size() > size_; entries_.pop_back())
    std::pop_heap(entries_.begin(), entries_.end());
  for (const Entry& entry : other.entries_)
    if (wants(entry.hash)) add(entry.hash, entry.payload);
}

std::vector<Sample::Entry> Sample::sorted() const {
  std::vector<Entry> result = entries_;
  std::sort(result.begin(), result.end());
  return result;
}

void Sample::write_to(ByteWriter& bytes) const {
  bytes.varint(size_);
  bytes.varint(entries_.size());
  for (const Entry& entry : sorted()) {
    bytes.u64(entry.hash.high);
    bytes.u64(entry.hash.low);
    bytes.text(entry.payload);
  }
}

Status Sample::merge(ByteReader& bytes) {
  Sample theirs(HOWDAH_TRY(bytes.varint()));
  const uint64_t length = HOWDAH_TRY(bytes.varint());
  const auto wrong = [] { return Status(Code::kCorrupt, "a sample is out of order"); };
  if (length > theirs.size_) return wrong();
  for (uint64_t i = 0; i < length; ++i) {
    Entry entry;
    entry.hash.high = HOWDAH_TRY(bytes.u64());
    entry.hash.low = HOWDAH_TRY(bytes.u64());
    entry.payload = HOWDAH_TRY(bytes.text());
    if (i > 0 && entry < theirs.entries_.back()) return wrong();
    theirs.entries_.push_back(std::move(entry));
  }
  std::make_heap(theirs.entries_.begin(), theirs.entries_.end());
  merge(theirs);
  return Status::ok();
}

}  // namespace howdah::statistics
