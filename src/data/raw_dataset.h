// What an indexed dataset is made of: the partitions of a source, each delivered as records of one
// size.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "data/learned_index.h"
#include "dataset/request.h"
#include "fs/file_systems.h"

namespace howdah::data {

// One partition. Not thread-safe; one pass.
class PartitionReader {
 public:
  virtual ~PartitionReader() = default;
  virtual int64_t records() const = 0;
  // The next `count` records, fewer only at the end: the features, then the target, as the index
  // says. Replaces what is in `into`. After the last one also what must stand at the end is
  // checked.
  //   kCorrupt          content that is cut off or too long, a label outside the classes
  //   kInvalidArgument  a row that cannot be trained from: file and row
  virtual Status read(int64_t count, std::vector<std::byte>& into, Deadline deadline) = 0;
};

// A folder of IDX files, or a prepared dataset.
class RawDataset {
 public:
  struct Partition {
    std::string name;  // "train", "validation", "test"
    std::unique_ptr<PartitionReader> reader;
  };
  struct Wanted {
    dataset::Request request;
    std::optional<int64_t> classes;                    // of images: a label at or above is corrupt
    std::shared_ptr<const LearnedIndex> learned = {};  // where the request names one
  };

  // Lists, and opens nothing.
  //   kNotFound         neither is there
  //   kInvalidArgument  a file where a folder is due, and the like; texts or a table wanted of IDX
  static Result<std::unique_ptr<RawDataset>> find(const fs::Location& folder, const Wanted& wanted,
                                                  Deadline deadline);
  virtual ~RawDataset() = default;

  // All that tells this state of the source from another, part by part.
  virtual void describe(const std::function<void(const std::string&)>& part) const = 0;
  // "train" first, which is due where something is learnt. Says in `index` what the records are:
  // element, shape, target, class names, columns, tokens; of tables also mean and deviation. What
  // can be seen before the records are made is checked; texts and tables learn what they need from
  // the training part, or take what was learnt.
  virtual Result<std::vector<Partition>> open(dataset::Index& index, std::stop_token stop,
                                              Deadline deadline) = 0;
  // Once opened: the files that lie beside the records.
  virtual Status write_files(const fs::Location& /*folder*/, Deadline /*deadline*/) const {
    return Status::ok();
  }
};

Result<std::unique_ptr<RawDataset>> find_idx_dataset(const fs::Location& folder,
                                                     const RawDataset::Wanted& wanted,
                                                     Deadline deadline);
Result<std::unique_ptr<RawDataset>> find_prepared_dataset(const fs::Location& folder,
                                                          const RawDataset::Wanted& wanted,
                                                          Deadline deadline);

}  // namespace howdah::data
