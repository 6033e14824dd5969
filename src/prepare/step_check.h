// What can be said against the steps of a preparation without its data.
#pragma once

#include "prepare/spec.h"

namespace howdah::prepare {

// Each step for itself: columns named once, limits, expressions, instants. kInvalidArgument at the
// step's place.
Status check_step(const StepSpec& step);

// Steps one after the other: none names a column that an earlier one took away, or that
// `source_columns` (empty: unknown) lack. Names of steps differ.
Status check_steps(const std::vector<StepSpec>& steps, const Columns& source_columns);

}  // namespace howdah::prepare
