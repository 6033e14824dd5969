// What an indexed dataset is made of: the partitions of a source of images, each delivered as
// records of one size.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "fs/file_systems.h"

namespace howdah::data {

// One partition. Not thread-safe; one pass.
class PartitionReader {
 public:
  virtual ~PartitionReader() = default;
  virtual int64_t records() const = 0;
  virtual std::vector<int64_t> shape() const = 0;  // [channels, height, width]
  // The next `count` records, fewer only at the end: the features as uint8, then the label as
  // int32, little endian. Replaces what is in `into`. After the last one also what must stand at
  // the end is checked.
  //   kCorrupt  a label outside [0, classes), content that is cut off or too long
  virtual Status read(int64_t count, int64_t classes, std::vector<std::byte>& into,
                      Deadline deadline) = 0;
};

// A folder of IDX files, or a prepared dataset of images.
class RawDataset {
 public:
  struct Partition {
    std::string name;  // "train", "validation", "test"
    std::unique_ptr<PartitionReader> reader;
  };

  // Lists, and opens nothing.
  //   kNotFound         neither is there
  //   kInvalidArgument  a file where a folder is due, and the like
  static Result<std::unique_ptr<RawDataset>> find(const fs::Location& folder, Deadline deadline);
  virtual ~RawDataset() = default;

  // All that tells this state of the source from another, part by part.
  virtual void describe(const std::function<void(const std::string&)>& part) const = 0;
  // "train" first. What can be seen without reading the records is checked.
  virtual Result<std::vector<Partition>> open(Deadline deadline) = 0;
  // What the labels 0, 1... stand for, once opened; empty where they are numbers.
  virtual std::vector<std::string> class_names() const { return {}; }
};

Result<std::unique_ptr<RawDataset>> find_idx_dataset(const fs::Location& folder, Deadline deadline);
Result<std::unique_ptr<RawDataset>> find_prepared_dataset(const fs::Location& folder,
                                                          Deadline deadline);

}  // namespace howdah::data
