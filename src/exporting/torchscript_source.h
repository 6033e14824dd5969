// The forward pass of a network in TorchScript's language, a line a layer. A layer's tensors are
// attributes of the submodule that has its name: "3.layers.0.weight".
#pragma once

#include "exporting/trained_model.h"

namespace howdah::exporting {

//   def forward(self, input):
//     x = torch.div(torch.to(input, 6), 255.0)
//     ...
//   kUnsupported  a layer that there is no expression for, with its place
Result<std::string> torchscript_source(const TrainedModel& model);

// The submodule with the figures of the normalization, `mean` and `stddev`; not there where the
// network has none.
inline constexpr const char* kNormalization = "normalization";

}  // namespace howdah::exporting
