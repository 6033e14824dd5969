// The rows that belong to the source: SourceSpec::filter.
#pragma once

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "prepare/source_spec.h"
#include "transform/records.h"

namespace howdah::data {

// kInvalidArgument: the filter names a column that is not there, or is no condition.
Status check_filter(const prepare::SourceSpec& spec, const arrow::Schema& schema);
// Drops the records that the filter does not let through (false, or missing); returns how many.
Result<int64_t> apply_filter(const prepare::SourceSpec& spec, transform::Records& records);

}  // namespace howdah::data
