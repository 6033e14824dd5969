// Whether a job and a dataset fit each other.
#pragma once

#include "dataset/index.h"
#include "model/training.h"

namespace howdah::parallel {

// asks: the records are asked about only, and may be without what is to be found.
//   kInvalidArgument  what the network is for, and what the dataset has
Status check_fit(const model::Training& training, const dataset::Index& index, bool asks = false);
// Whether nobody says what is to be found of the records.
bool is_unlabelled(const model::Training& training, const dataset::Index& index);

}  // namespace howdah::parallel
