// Files of images and of labels in IDX, found by their names: train-images* and train-labels*;
// t10k-* or test-*. Other files are left alone.
#pragma once

#include <string>
#include <vector>

#include "formats/source.h"

namespace howdah::formats {

struct IdxPair {
  std::string partition;  // "train" or "test"
  SourceFile images, labels;
};

// The pairs in a folder, "train" first.
//   kNotFound         no such folder, no training images, one half of a pair alone
//   kInvalidArgument  a file where a folder is due; two files for the same half
Result<std::vector<IdxPair>> find_idx_pairs(const fs::Location& folder, Deadline deadline);
// The pairs among the files of one folder or several, by folder; none where no name fits.
//   kNotFound         one half of a pair alone
//   kInvalidArgument  two files for the same half
Result<std::vector<IdxPair>> pair_idx_files(const std::vector<SourceFile>& files);

}  // namespace howdah::formats
