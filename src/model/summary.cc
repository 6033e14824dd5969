#include "model/summary.h"

#include "model/layer_inference.h"

namespace howdah::model {
namespace {

bool same_values(LayerType type) {
  return type == LayerType::kFlatten || type == LayerType::kReshape;
}

}  // namespace

Result<Summary> summarize(const std::vector<Layer>& layers, const Signal& input, int64_t classes) {
  const auto shapes =
      HOWDAH_TRY(classes > 0 ? infer_shapes(layers, input, classes) : infer_shapes(layers, input));
  Summary summary;
  summary.input = input.shape;
  for (const LayerShape& shape : shapes) {
    SummaryRow row{.name = shape.name,
                   .type = layer_type_name(shape.type),
                   .depth = shape.depth,
                   .output = shape.output,
                   .parameters = shape.parameters,
                   .multiply_adds = shape.multiply_adds};
    if (!same_values(shape.type))
      row.memory_bytes = elements(shape.output) * static_cast<int64_t>(sizeof(float));
    if (__builtin_add_overflow(summary.parameters, row.parameters, &summary.parameters) ||
        __builtin_add_overflow(summary.multiply_adds, row.multiply_adds, &summary.multiply_adds) ||
        __builtin_add_overflow(summary.memory_bytes, row.memory_bytes, &summary.memory_bytes))
      return Status(Code::kInvalidArgument, "the network is too large to be summed up");
    summary.rows.push_back(std::move(row));
  }
  return summary;
}

}  // namespace howdah::model
