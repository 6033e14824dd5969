// Ranges of a dataset's files that were read once, kept under a budget: in memory first, then in a
// temporary file of the local disk. Shared by all readers of a worker.
//
// Each epoch reads everything once, so what would be evicted is what is wanted next: nothing is.
// What came first stays, and the part of the data that fits is read from afar once.
//
// Thread-safe. A disk that fails is not used any more, and no error to anybody.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/mutex.h"

namespace howdah::dataset {

struct CacheBudget {
  int64_t memory_bytes = 0;
  int64_t disk_bytes = 0;
  std::string folder = {};  // for the temporary file; empty: TMPDIR, or /tmp
};

class RangeCache {
 public:
  explicit RangeCache(const CacheBudget& budget) : budget_(budget) {}
  ~RangeCache();
  RangeCache(const RangeCache&) = delete;
  RangeCache& operator=(const RangeCache&) = delete;

  // Fills `into` with the bytes of the file from the offset on, if one kept range holds all of
  // them.
  bool find(const std::string& file, int64_t offset_bytes, MutableBytes into);
  // Keeps the range where there is room, and none of the file's that overlaps it.
  void keep(const std::string& file, int64_t offset_bytes, Bytes bytes);

  int64_t memory_bytes() const;
  int64_t disk_bytes() const;
  int64_t found_bytes() const;  // by find(), in all

 private:
  struct Range {
    int64_t length_bytes = 0;
    std::vector<std::byte> bytes;  // in memory; else
    int64_t at = -1;               // in the temporary file
  };
  using Ranges = std::map<int64_t, Range>;  // of a file, by their offsets
  bool put_on_disk(Bytes bytes, Range& range) HOWDAH_REQUIRES(mutex_);

  const CacheBudget budget_;
  mutable Mutex mutex_;
  std::map<std::string, Ranges> files_ HOWDAH_GUARDED_BY(mutex_);
  int64_t memory_ HOWDAH_GUARDED_BY(mutex_) = 0;
  int64_t disk_ HOWDAH_GUARDED_BY(mutex_) = 0;
  int64_t found_ HOWDAH_GUARDED_BY(mutex_) = 0;
  int descriptor_ HOWDAH_GUARDED_BY(mutex_) = -1;
  bool disk_failed_ HOWDAH_GUARDED_BY(mutex_) = false;
};

}  // namespace howdah::dataset
