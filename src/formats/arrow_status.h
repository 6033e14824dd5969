// The border between Arrow's errors and ours.
#pragma once

#include <arrow/result.h>
#include <arrow/status.h>

#include "base/result.h"

namespace howdah::formats {

// Out of memory, invalid, I/O...: each to its own code. A Status of ours that went through Arrow (a
// FileSystem's error inside a reader) comes back as it was.
Status from_arrow(const arrow::Status& status);
// The way in.
arrow::Status to_arrow(const Status& status);

// Arrow's functions beyond the basic ones: to be called before any is, as often as one likes.
Status load_arrow_functions();

template <typename T>
Result<T> from_arrow(arrow::Result<T> result) {
  if (!result.ok()) return from_arrow(result.status());
  return std::move(result).ValueUnsafe();
}

}  // namespace howdah::formats
