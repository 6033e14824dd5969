// Brings the records of one plan's window from the dataset's files into memory, and checks them.
//
// Not thread-safe. Its files are opened when first needed and kept.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "dataset/own_host.h"
#include "dataset/plan.h"
#include "dataset/range_cache.h"
#include "dataset/record_check.h"

namespace howdah::dataset {

struct LoadedWindow {
  EpochPlan plan;
  int64_t first = 0;                // of its records, in the stream's sequence
  std::vector<int32_t> order;       // as EpochPlan::Window, or by length
  std::vector<std::byte> records;   // [order.size(), record_bytes], the uses one after the other
  std::vector<int64_t> identities;  // [order.size()]

  int64_t end() const { return first + static_cast<int64_t>(order.size()); }
};

struct BytesRead {
  std::atomic<int64_t> local{0};   // from a block on this host
  std::atomic<int64_t> remote{0};  // from others
};

class WindowLoader {
 public:
  // `index` and `counted` outlive the loader.
  WindowLoader(const Index& index, const Partition& partition, fs::Location folder,
               OwnHost own_host, BytesRead& counted, std::shared_ptr<RangeCache> cache = {});

  //   kCorrupt  a record (record_check.h), or a file's length, that is not as the index says
  //   and the errors of FileSystem, with the file as peer; the next call tries again
  Result<LoadedWindow> load(const EpochPlan& plan, EpochPlan::Window window,
                            std::chrono::milliseconds read_timeout);

 private:
  struct OpenFile {
    std::unique_ptr<fs::InputFile> input;
    std::vector<fs::BlockLocation> blocks;
  };
  Result<OpenFile*> file(int number, Deadline deadline);
  std::string uri_of(int number) const;
  Status read_use(const ChunkUse& use, MutableBytes into, Deadline deadline);
  // From the cache, or from the file and into the cache.
  Status read_kept(const Chunk& chunk, int64_t offset_bytes, MutableBytes into, Deadline deadline);
  Status read_range(int number, int64_t offset_bytes, MutableBytes into, Deadline deadline);
  std::vector<int64_t> lengths_of(Bytes records) const;
  Status check_records(const ChunkUse& use, Bytes records) const;
  void count(const OpenFile& file, int64_t offset_bytes, int64_t length_bytes);

  const Index& index_;
  const Partition& partition_;
  const RecordCheck check_;
  fs::Location folder_;
  OwnHost own_host_;
  BytesRead& counted_;
  const std::shared_ptr<RangeCache> cache_;
  std::vector<OpenFile> files_;
  std::vector<std::byte> scratch_, whole_;
};

}  // namespace howdah::dataset
