// Whether a job and a dataset fit each other.
#pragma once

#include "dataset/index.h"
#include "model/training.h"

namespace howdah::parallel {

//   kInvalidArgument  what the network is for, and what the dataset has
Status check_fit(const model::Training& training, const dataset::Index& index);

}  // namespace howdah::parallel
