#include "measure/counts_io.h"

#include <algorithm>
#include <vector>

namespace howdah::measure {

void write_counts(std::span<const int64_t> counts, statistics::ByteWriter& bytes) {
  for (const int64_t count : counts) bytes.varint(static_cast<uint64_t>(count));
}

Status add_counts(std::span<int64_t> into, statistics::ByteReader& bytes) {
  // A count takes a byte at least: what is claimed cannot make us allocate more than was sent.
  if (into.size() > bytes.left())
    return Status(Code::kCorrupt, "a member's counts end before their last one");
  std::vector<int64_t> sums(into.begin(), into.end());
  int64_t all = 0;
  for (int64_t& sum : sums) {
    const uint64_t count = HOWDAH_TRY(bytes.varint());
    if (count > static_cast<uint64_t>(kMostCounted) ||
        __builtin_add_overflow(sum, static_cast<int64_t>(count), &sum) ||
        __builtin_add_overflow(all, sum, &all) || all > kMostCounted)
      return Status(Code::kCorrupt, "a member counts more than there can be");
  }
  std::copy(sums.begin(), sums.end(), into.begin());
  return Status::ok();
}

}  // namespace howdah::measure
