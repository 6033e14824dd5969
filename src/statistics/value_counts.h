// How often each value occurs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "statistics/byte_io.h"

namespace howdah::statistics {

// Keeps every value while there are at most `limit` different ones, of at most kMaxBytes together;
// with more it keeps none, only the knowledge that there were more (whatever the order and the
// parts they came in). Merged, the lesser of two limits holds.
//
// A hash table over one piece of memory for all values: no allocation for a value seen before.
// Not thread-safe while something is added.
class ValueCounts {
 public:
  static constexpr size_t kMaxBytes = size_t{256} << 20;

  explicit ValueCounts(size_t limit = 1'000'000);
  void add(std::string_view value, int64_t times = 1);  // times <= 0 adds nothing
  void add(std::span<const std::string_view> values);   // the fast way
  void merge(const ValueCounts& other);

  bool overflowed() const { return overflowed_; }
  int64_t total() const { return total_; }  // of all that was added, also after an overflow
  size_t distinct() const { return entries_.size(); }  // 0 after an overflow
  int64_t count_of(std::string_view value) const;
  struct Entry {
    std::string value;
    int64_t count = 0;
  };
  // The most frequent first; equally frequent ones by their bytes, ascending. At most `most`.
  std::vector<Entry> sorted(size_t most = SIZE_MAX) const;

  void write_to(ByteWriter& bytes) const;  // by value, ascending: the same counts, the same bytes
  Status merge(ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  struct Kept {
    uint64_t hash = 0;
    size_t offset = 0;
    int64_t count = 0;
    uint32_t length = 0;
  };
  void add_hashed(std::string_view value, uint64_t hash, int64_t times);
  // Where a value is, or would be. The slot holds the entry's index + 1, 0 where it is free.
  size_t slot_of(std::string_view value, uint64_t hash) const;
  std::string_view text_of(const Kept& entry) const {
    return std::string_view(texts_).substr(entry.offset, entry.length);
  }
  std::vector<uint32_t> by_value() const;
  void insert(size_t slot, std::string_view value, uint64_t hash, int64_t times);
  void grow();
  void overflow();

  size_t limit_;
  bool overflowed_ = false;
  int64_t total_ = 0;
  std::vector<uint32_t> slots_;
  std::vector<Kept> entries_;
  std::string texts_;
};

}  // namespace howdah::statistics
