// What a network costs: a row for each layer, and totals. Of one sample, in float32.
#pragma once

#include <string>
#include <vector>

#include "model/layers.h"

namespace howdah::model {

struct SummaryRow {
  std::string name;  // "3.layers.0"
  std::string_view type;
  int depth = 0;  // blocks around it
  Shape output;
  int64_t parameters = 0;
  int64_t multiply_adds =
      0;  // of convolutions, dense and recurrent layers, forward; others count as none
  int64_t memory_bytes = 0;  // of its output; none where it is the input in another form
};

struct Summary {
  Shape input;
  std::vector<SummaryRow> rows;  // a block before what it holds
  int64_t parameters = 0, multiply_adds = 0, memory_bytes = 0;
};

// classes: 0 takes any last output.
//   kInvalidArgument  as infer_shapes; figures too large to add up
Result<Summary> summarize(const std::vector<Layer>& layers, const Signal& input, int64_t classes);

}  // namespace howdah::model
