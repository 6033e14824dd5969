#include "data/group_shuffle.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <tuple>

#include "base/temporary_file.h"

namespace howdah::data {

using transform::GroupEntry;

void write_entry(const GroupEntry& entry, std::string& bytes) {
  statistics::ByteWriter writer(bytes);
  writer.u64(entry.key.high);
  writer.u64(entry.key.low);
  writer.u32(static_cast<uint32_t>(entry.chunk.file));
  writer.u32(static_cast<uint32_t>(entry.chunk.ordinal));
  writer.u32(entry.row);
  writer.text(entry.payload);
}

Result<GroupEntry> read_entry(statistics::ByteReader& bytes) {
  GroupEntry entry;
  entry.key.high = HOWDAH_TRY(bytes.u64());
  entry.key.low = HOWDAH_TRY(bytes.u64());
  entry.chunk.file = static_cast<int32_t>(HOWDAH_TRY(bytes.u32()));
  entry.chunk.ordinal = static_cast<int32_t>(HOWDAH_TRY(bytes.u32()));
  entry.row = HOWDAH_TRY(bytes.u32());
  entry.payload = HOWDAH_TRY(bytes.text());
  return entry;
}

void judge_groups(const transform::Grouping& grouping, std::vector<GroupEntry>& entries,
                  DropList& drops) {
  std::sort(entries.begin(), entries.end(), [](const GroupEntry& a, const GroupEntry& b) {
    return std::tie(a.key, a.chunk, a.row) < std::tie(b.key, b.chunk, b.row);
  });
  std::vector<uint8_t> drop;
  for (size_t begin = 0; begin < entries.size();) {
    size_t end = begin + 1;
    while (end < entries.size() && entries[end].key == entries[begin].key) ++end;
    if (end - begin > 1) {
      const std::span<const GroupEntry> group(&entries[begin], end - begin);
      drop.assign(group.size(), 0);
      grouping.judge(group, drop);
      for (size_t i = 0; i < group.size(); ++i)
        if (drop[i]) drops.add(group[i].chunk, group[i].row);
    }
    begin = end;
  }
}

GroupShuffle::GroupShuffle(int64_t memory_bytes, std::string folder)
    : limit_bytes_(memory_bytes), folder_(std::move(folder)) {}

GroupShuffle::~GroupShuffle() {
  if (file_ >= 0) ::close(file_);
}

Status GroupShuffle::add(std::vector<GroupEntry>& entries) {
  const std::lock_guard lock(mutex_);
  for (const GroupEntry& entry : entries) {
    std::string& bucket = buckets_[bucket_of(entry.key)];
    const size_t before = bucket.size();
    write_entry(entry, bucket);
    memory_bytes_ += static_cast<int64_t>(bucket.size() - before);
  }
  entries.clear();
  while (memory_bytes_ > limit_bytes_) HOWDAH_TRY(spill_largest());
  return Status::ok();
}

Status GroupShuffle::spill_largest() {
  size_t largest = 0;
  for (size_t b = 1; b < kGroupBuckets; ++b)
    if (buckets_[b].size() > buckets_[largest].size()) largest = b;
  std::string& bucket = buckets_[largest];
  const auto length = static_cast<int64_t>(bucket.size());
  if (file_ < 0) file_ = HOWDAH_TRY(open_temporary_file(folder_));
  HOWDAH_TRY(write_at(file_, file_bytes_, bucket.data(), bucket.size()));
  spilled_[largest].push_back({file_bytes_, length});
  file_bytes_ += length;
  memory_bytes_ -= length;
  std::string().swap(bucket);
  return Status::ok();
}

Result<std::string> GroupShuffle::load(size_t bucket) {
  std::string bytes = std::move(buckets_[bucket]);
  for (const Extent& extent : spilled_[bucket]) {
    const size_t at = bytes.size();
    bytes.resize(at + static_cast<size_t>(extent.length));
    HOWDAH_TRY(
        read_at(file_, extent.offset, bytes.data() + at, static_cast<size_t>(extent.length)));
  }
  return bytes;
}

Result<DropList> GroupShuffle::judge(const transform::Grouping& grouping, int threads) {
  std::atomic<size_t> next = 0;
  DropList all;
  Status error;
  const auto work = [&]() -> Status {
    for (size_t b = next++; b < kGroupBuckets; b = next++) {
      const std::string bytes = HOWDAH_TRY(load(b));
      statistics::ByteReader reader(bytes);
      std::vector<GroupEntry> entries;
      while (reader.left() > 0) entries.push_back(HOWDAH_TRY(read_entry(reader)));
      DropList drops;
      judge_groups(grouping, entries, drops);
      const std::lock_guard lock(mutex_);
      all.merge(std::move(drops));
    }
    return Status::ok();
  };
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&] {
        const Status status = work();
        const std::lock_guard lock(mutex_);
        if (!status && error) error = status;
      });
    }
  }
  HOWDAH_TRY(Status(error));
  all.finish();
  return all;
}

}  // namespace howdah::data
