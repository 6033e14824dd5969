// The makers of the splitters that need a file of their own; Splitter::create chooses and has
// checked parts and columns.
#pragma once

#include "transform/split.h"

namespace howdah::transform {

std::unique_ptr<Splitter> split_by_exact_class(const prepare::SplitSpec& spec);
Result<std::unique_ptr<Splitter>> split_by_time(const prepare::SplitSpec& spec,
                                                const arrow::DataType& type);

}  // namespace howdah::transform
