// Brings entries of one key together and lets a Grouping judge each group: what MapReduce's shuffle
// does, on one machine. In memory up to a limit, then in a temporary file. Keys are dealt to
// buckets by their first bits; a bucket at a time is sorted and judged.
//
// Thread-safe.
#pragma once

#include <array>
#include <mutex>
#include <string>
#include <vector>

#include "data/drop_list.h"
#include "transform/step.h"

namespace howdah::data {

// The bytes of entries as they are shuffled.
void write_entry(const transform::GroupEntry& entry, std::string& bytes);
Result<transform::GroupEntry> read_entry(statistics::ByteReader& bytes);

inline constexpr size_t kGroupBuckets = 256;
inline size_t bucket_of(const statistics::Hash128& key) {
  return static_cast<size_t>(key.high >> 56);
}

// Sorts `entries`, judges each key's group, and adds those sentenced to `drops`.
void judge_groups(const transform::Grouping& grouping, std::vector<transform::GroupEntry>& entries,
                  DropList& drops);

class GroupShuffle {
 public:
  GroupShuffle(int64_t memory_bytes, std::string folder);
  ~GroupShuffle();
  GroupShuffle(const GroupShuffle&) = delete;
  GroupShuffle& operator=(const GroupShuffle&) = delete;

  // Takes them. kDiskFull.
  Status add(std::vector<transform::GroupEntry>& entries);
  // After the last add; gives the memory back.
  Result<DropList> judge(const transform::Grouping& grouping, int threads);

 private:
  struct Extent {
    int64_t offset = 0, length = 0;
  };
  Status spill_largest();  // with the lock
  Result<std::string> load(size_t bucket);

  const int64_t limit_bytes_;
  const std::string folder_;
  std::mutex mutex_;  // guards all below
  std::array<std::string, kGroupBuckets> buckets_;
  std::array<std::vector<Extent>, kGroupBuckets> spilled_;
  int64_t memory_bytes_ = 0, file_bytes_ = 0;
  int file_ = -1;
};

}  // namespace howdah::data
