// What a trained network can be written as. Here, so that the client knows the names without what
// writes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace howdah::model {

enum class ExportFormat { kSafetensors, kTorchScript, kOnnx, kPyTorch };

// "safetensors", "torchscript", "onnx", "pytorch", in the order of ExportFormat.
const std::vector<std::string>& export_format_names();
// kInvalidArgument: an unknown name, with the nearest.
Result<ExportFormat> parse_export_format(std::string_view name);

}  // namespace howdah::model
