#include "dataset/range_cache.h"

#include <unistd.h>

#include <cstring>

#include "base/log.h"
#include "base/temporary_file.h"

namespace howdah::dataset {

RangeCache::~RangeCache() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool RangeCache::find(const std::string& file, int64_t offset_bytes, MutableBytes into) {
  const MutexLock lock(mutex_);
  const auto ranges = files_.find(file);
  if (ranges == files_.end()) return false;
  auto at = ranges->second.upper_bound(offset_bytes);
  if (at == ranges->second.begin()) return false;
  --at;
  const int64_t inside = offset_bytes - at->first;
  const auto length = static_cast<int64_t>(into.size());
  if (inside + length > at->second.length_bytes) return false;
  if (at->second.at < 0) {
    std::memcpy(into.data(), at->second.bytes.data() + inside, into.size());
  } else if (disk_failed_) {
    return false;
  } else if (const Status read =
                 read_at(descriptor_, at->second.at + inside, into.data(), into.size());
             !read.is_ok()) {
    log::warning("the cache on the local disk is given up: {}", read.to_string());
    disk_failed_ = true;
    return false;
  }
  found_ += length;
  return true;
}

void RangeCache::keep(const std::string& file, int64_t offset_bytes, Bytes bytes) {
  const auto length = static_cast<int64_t>(bytes.size());
  if (length == 0) return;
  const MutexLock lock(mutex_);
  Ranges& ranges = files_[file];
  const auto next = ranges.lower_bound(offset_bytes);
  if (next != ranges.end() && next->first < offset_bytes + length) return;
  if (next != ranges.begin()) {
    const auto& [former, range] = *std::prev(next);
    if (former + range.length_bytes > offset_bytes) return;
  }
  Range range;
  range.length_bytes = length;
  if (memory_ + length <= budget_.memory_bytes) {
    range.bytes.assign(bytes.begin(), bytes.end());
    memory_ += length;
  } else if (!put_on_disk(bytes, range)) {
    return;
  }
  ranges.emplace(offset_bytes, std::move(range));
}

bool RangeCache::put_on_disk(Bytes bytes, Range& range) {
  const auto length = static_cast<int64_t>(bytes.size());
  if (disk_failed_ || disk_ + length > budget_.disk_bytes) return false;
  Status done;
  if (descriptor_ < 0) {
    const auto opened =
        open_temporary_file(budget_.folder.empty() ? temporary_folder() : budget_.folder);
    if (opened.is_ok())
      descriptor_ = *opened;
    else
      done = opened.status();
  }
  if (done.is_ok()) done = write_at(descriptor_, disk_, bytes.data(), bytes.size());
  if (!done.is_ok()) {
    log::warning("no more is cached on the local disk: {}", done.to_string());
    disk_failed_ = descriptor_ < 0;  // what is there can be read on
    return false;
  }
  range.at = disk_;
  disk_ += length;
  return true;
}

int64_t RangeCache::memory_bytes() const {
  const MutexLock lock(mutex_);
  return memory_;
}
int64_t RangeCache::disk_bytes() const {
  const MutexLock lock(mutex_);
  return disk_;
}
int64_t RangeCache::found_bytes() const {
  const MutexLock lock(mutex_);
  return found_;
}

}  // namespace howdah::dataset
