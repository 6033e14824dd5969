// The indexed dataset that a model was trained on, as other data of the same kind need it: their
// texts, classes and categories are numbered as those of the training were.
#pragma once

#include "base/deadline.h"
#include "dataset/index.h"
#include "dataset/request.h"
#include "fs/file_systems.h"

namespace howdah::data {

struct LearnedIndex {
  dataset::Index index;
  fs::Location folder;  // with its vocabularies

  // As dataset::Index::load.
  static Result<LearnedIndex> load(const fs::Location& folder, Deadline deadline);
  // Whether the request is for records like its own.
  //   kInvalidArgument  what is other
  Status check(const dataset::Request& request) const;
};

}  // namespace howdah::data
