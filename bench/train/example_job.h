// The network of examples/fashion-mnist, as the job file describes it.
#pragma once

#include "dataset/index.h"
#include "model/training.h"

namespace howdah::bench {

model::Training example_job(const dataset::Index& index, int streams, int64_t epochs);

}  // namespace howdah::bench
