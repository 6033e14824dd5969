// How often each value occurs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "statistics/byte_io.h"

namespace howdah::statistics {

// Keeps every value while there are at most `limit` different ones; with more it keeps none, only
// the knowledge that there were more (whatever the order and the parts they came in).
class ValueCounts {
 public:
  explicit ValueCounts(size_t limit = 1'000'000);
  void add(std::string_view value, int64_t times = 1);
  void merge(const ValueCounts& other);

  bool overflowed() const;
  int64_t total() const;    // of all that was added, also after an overflow
  size_t distinct() const;  // 0 after an overflow
  int64_t count_of(std::string_view value) const;
  struct Entry {
    std::string value;
    int64_t count = 0;
  };
  // The most frequent first; equally frequent ones by their bytes, ascending. At most `most`.
  std::vector<Entry> sorted(size_t most = SIZE_MAX) const;

  void write_to(ByteWriter& bytes) const;  // by value, ascending: the same counts, the same bytes
  Status merge(ByteReader& bytes);         // kCorrupt
};

}  // namespace howdah::statistics
