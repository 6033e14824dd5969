// Brings texts of similar length together, so that little of a micro-batch is padding.
//
// The records that a stream uses in a step are its micro-batch. Inside a window, those of kPool
// micro-batches after each other are sorted by length and dealt to them in runs; which micro-batch
// gets which run is drawn. So each record comes exactly once, as near to its place as before, and
// what comes is a pure function of the plan and the window's records. (Micro-batches at a window's
// borders, which hold records of two windows, get what each window has for them.)
#pragma once

#include <cstdint>
#include <vector>

#include "dataset/plan.h"

namespace howdah::dataset {

inline constexpr int64_t kPool = 64;

// `lengths`: of the window's records, the uses one after the other. Returns the new order.
std::vector<int32_t> bucket_by_length(const EpochPlan& plan, const EpochPlan::Window& window,
                                      const std::vector<int64_t>& lengths);

}  // namespace howdah::dataset
