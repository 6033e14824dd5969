// A column whose missing values have been given some.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "base/result.h"
#include "transform/clean_classes.h"
#include "transform/clean_fill_value.h"

namespace howdah::transform {

// present[i] is 0 where row i is to take the value of its class, of_class[classes.of_row[i]]; a
// class whose value is none leaves it as it is. Sets filled[i] to 1 where a value was given, else
// to 0. Null when none was.
Result<std::shared_ptr<arrow::Array>> fill(const std::shared_ptr<arrow::Array>& column,
                                           const std::vector<uint8_t>& present,
                                           const Classes& classes,
                                           const std::vector<const FillValue*>& of_class,
                                           std::vector<uint8_t>& filled);

}  // namespace howdah::transform
