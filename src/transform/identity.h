// Who a record is: a hash of its raw values and nothing else, so that equal records are one in
// every file, on every machine, and in every reading.
#pragma once

#include <arrow/type_fwd.h>

#include <vector>

#include "base/result.h"
#include "statistics/hash128.h"

namespace howdah::transform {

// One a row, of the names and values of all its columns that are not missing there: neither the
// columns' order counts, nor columns without a value, nor to which type a value was widened
// (value_hash.h).
//   kInvalidArgument  a column of lists or structs
Result<std::vector<statistics::Hash128>> identities_of(const arrow::RecordBatch& batch);

}  // namespace howdah::transform
