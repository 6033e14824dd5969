// Limits that numbers should keep, and values brought back to them.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "base/result.h"

namespace howdah::transform {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Limits {
  double low = -kInfinity, high = kInfinity;
  bool beyond(double value) const { return (value < low) | (value > high); }  // NaN is not
};

// The column (integers, float or double) with values beyond the limits replaced by the nearest
// value of their type within; null when there is none. changed[i] says for each row whether it was.
Result<std::shared_ptr<arrow::Array>> clip(const arrow::Array& column, Limits limits,
                                           std::vector<uint8_t>& changed);

}  // namespace howdah::transform
