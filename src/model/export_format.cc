#include "model/export_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"

namespace howdah::model {

const std::vector<std::string>& export_format_names() {
  static const std::vector<std::string> names = {"safetensors", "torchscript", "onnx", "pytorch"};
  return names;
}

Result<ExportFormat> parse_export_format(std::string_view name) {
  const auto& names = export_format_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<ExportFormat>(found - names.begin());
  const std::string near = nearest(name, names);
  return Status(Code::kInvalidArgument, fmt::format("unknown format '{}'", name))
      .with_advice(near.empty() ? fmt::format("one of {}", fmt::join(names, ", "))
                                : fmt::format("did you mean '{}'?", near));
}

}  // namespace howdah::model
