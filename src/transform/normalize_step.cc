#include "transform/normalize_step.h"

#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace howdah::transform {

Status wrong_spec(const prepare::StepSpec& spec, std::string message) {
  return Status(Code::kInvalidArgument, std::move(message)).with_peer(spec.where);
}

std::shared_ptr<arrow::Schema> NormalizeStep::with_type(
    const arrow::Schema& schema, const std::shared_ptr<arrow::DataType>& type) const {
  arrow::FieldVector fields = schema.fields();
  for (auto& field : fields)
    if (std::find(columns_.begin(), columns_.end(), field->name()) != columns_.end())
      field = arrow::field(field->name(), type);
  return arrow::schema(std::move(fields));
}

Status NormalizeStep::corrupt_state(const std::string& what) const {
  return Status(Code::kCorrupt, fmt::format("the kept figures of {}: {}", name(), what))
      .with_advice("prepare the data again");
}

Result<std::vector<const nlohmann::ordered_json*>> NormalizeStep::restore_columns(
    const nlohmann::ordered_json& json) {
  const auto all = json.find("columns");
  if (all == json.end() || !all->is_object()) return corrupt_state("no columns");
  if (columns_.empty())
    for (const auto& [name, value] : all->items()) columns_.push_back(name);
  std::vector<const nlohmann::ordered_json*> found;
  for (const std::string& column : columns_) {
    const auto at = all->find(column);
    if (at == all->end() || !at->is_object())
      return corrupt_state(fmt::format("no column \"{}\"", column));
    found.push_back(&*at);
  }
  return found;
}

StepOrError make(const prepare::Normalize& rule, const prepare::StepSpec& spec) {
  using Method = prepare::Normalize::Method;
  switch (rule.method) {
    case Method::kStandard:
    case Method::kMinMax:
    case Method::kMaxAbs:
    case Method::kRobust:
      return make_scale(spec);
    case Method::kLog:
      return make_log(spec);
    case Method::kQuantile:
      return make_quantile(spec);
    case Method::kOneHot:
      return make_one_hot(spec);
    case Method::kIndex:
      return make_index(spec);
    case Method::kHash:
      return make_hash(spec);
  }
  return Status(Code::kInternal, "an unknown method of normalize");
}

}  // namespace howdah::transform
