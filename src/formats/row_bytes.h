// How much memory rows take, by their values alone: the same for a row in whatever batch it came.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>

namespace howdah::formats {

// Of rows [begin, end) of a batch. Additive: two ranges side by side take their sum.
int64_t row_bytes(const arrow::RecordBatch& batch, int64_t begin, int64_t end);

}  // namespace howdah::formats
