// A partition of a dataset in IDX: a file of images and a file of labels, found by their names,
// read together as records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/idx_file.h"

namespace howdah::data {

struct IdxPair {
  std::string partition;  // "train" or "test"
  fs::FileInfo images, labels;
};

// The pairs in a folder: train-images* and train-labels*; t10k-* or test-*, if there are any. Other
// files are left alone.
//   kNotFound         no such folder, no training images, one half of a pair alone
//   kInvalidArgument  a file where a folder is due; two files for the same half
Result<std::vector<IdxPair>> find_idx_pairs(const fs::Location& folder, Deadline deadline);

// Delivers records: the features [1, height, width] as uint8, then the label as int32, little
// endian. Not thread-safe; one pass.
class IdxPartitionReader {
 public:
  // Reads both headers.
  //   kCorrupt  as IdxFile::open; the two files disagree about the number of records
  static Result<IdxPartitionReader> open(const fs::Location& folder, const IdxPair& pair,
                                         Deadline deadline);

  int64_t records() const { return images_.items(); }
  std::vector<int64_t> shape() const;  // [channels, height, width]
  int64_t record_bytes() const { return images_.item_bytes() + int64_t{sizeof(int32_t)}; }

  // The next `count` records, fewer only at the end; after the last one also what must stand at the
  // files' ends is checked. Replaces what is in `into`.
  //   kCorrupt  content cut off or too long, a label outside [0, classes)
  Status read(int64_t count, int64_t classes, std::vector<std::byte>& into, Deadline deadline);

 private:
  IdxPartitionReader(IdxFile images, IdxFile labels)
      : images_(std::move(images)), labels_(std::move(labels)) {}
  IdxFile images_, labels_;
  int64_t done_ = 0;
  std::vector<std::byte> label_bytes_, image_bytes_;
};

}  // namespace howdah::data
