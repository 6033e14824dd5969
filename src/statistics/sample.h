// A random sample of fixed size that depends on the set of records alone: those with the smallest
// hashes (bottom-k). Mergeable in any order.
//
// Not thread-safe while something is added.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "statistics/byte_io.h"
#include "statistics/hash128.h"

namespace howdah::statistics {

class Sample {
 public:
  explicit Sample(size_t size) : size_(size) {}
  // Whether a record with this hash would be kept now: ask before making its payload.
  bool wants(const Hash128& hash) const {
    return entries_.size() < size_ || (size_ > 0 && hash <= entries_.front().hash);
  }
  // Records of equal hash are all offered; ties are broken by the payload's bytes. A record that
  // comes twice counts twice.
  void add(const Hash128& hash, std::string payload);
  void merge(const Sample& other);  // the lesser of the two sizes holds

  struct Entry {
    Hash128 hash;
    std::string payload;
    auto operator<=>(const Entry&) const = default;
  };
  std::vector<Entry> sorted() const;  // by (hash, payload)

  void write_to(ByteWriter& bytes) const;  // the same records, the same bytes
  Status merge(ByteReader& bytes);         // kCorrupt, and all stays as it was

 private:
  size_t size_;
  std::vector<Entry> entries_;  // a heap: the one to go first is in front
};

}  // namespace howdah::statistics
