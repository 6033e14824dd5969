// A random sample of fixed size that depends on the set of records alone: those with the smallest
// hashes (bottom-k). Mergeable in any order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "statistics/byte_io.h"
#include "statistics/hash128.h"

namespace howdah::statistics {

class Sample {
 public:
  explicit Sample(size_t size);
  // Whether a record with this hash would be kept now: ask before making its payload.
  bool wants(const Hash128& hash) const;
  // Records of equal hash are all offered; ties are broken by the payload's bytes.
  void add(const Hash128& hash, std::string payload);
  void merge(const Sample& other);

  struct Entry {
    Hash128 hash;
    std::string payload;
  };
  std::vector<Entry> sorted() const;  // by (hash, payload)

  void write_to(ByteWriter& bytes) const;
  Status merge(ByteReader& bytes);  // kCorrupt
};

}  // namespace howdah::statistics
