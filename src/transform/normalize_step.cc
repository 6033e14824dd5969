#include "transform/normalize_step.h"

#include <arrow/type.h>
#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

namespace howdah::transform {
namespace {

// As formats/image_batch.h makes them.
constexpr const char* kOfImages[] = {"height", "width", "channels", "label", "name", "set"};

bool holds_images(const arrow::Schema& schema) {
  const auto image = schema.GetFieldByName("image");
  return image && arrow::is_base_binary_like(image->type()->id()) && !text_type(*image->type()) &&
         schema.GetFieldByName("height") && schema.GetFieldByName("width") &&
         schema.GetFieldByName("channels");
}

}  // namespace

Status wrong_spec(const prepare::StepSpec& spec, std::string message) {
  return Status(Code::kInvalidArgument, std::move(message)).with_peer(spec.where);
}

std::shared_ptr<arrow::Schema> NormalizeStep::with_type(
    const arrow::Schema& schema, const std::shared_ptr<arrow::DataType>& type) const {
  arrow::FieldVector fields = schema.fields();
  for (auto& field : fields) {
    const auto at = std::find(columns_.begin(), columns_.end(), field->name());
    if (at != columns_.end() && !stays(static_cast<size_t>(at - columns_.begin())))
      field = arrow::field(field->name(), type);
  }
  return arrow::schema(std::move(fields));
}

Result<std::vector<std::string>> NormalizeStep::chosen_columns(const arrow::Schema& schema,
                                                               TypePredicate takes,
                                                               const std::string& due) const {
  if (!rule().columns.empty() || !holds_images(schema))
    return required_columns(schema, rule().columns, takes, due, spec_.where);
  std::vector<std::string> chosen;
  for (const auto& field : schema.fields())
    if (takes(*field->type()) &&
        std::find(std::begin(kOfImages), std::end(kOfImages), field->name()) == std::end(kOfImages))
      chosen.push_back(field->name());
  if (!chosen.empty()) return chosen;
  return wrong_spec(spec_, fmt::format("there is nothing to normalize: but for what describes the "
                                       "images, no column of {} arrives here",
                                       due))
      .with_advice("for the pixels write the step `image`; else name the columns");
}

std::vector<std::string> NormalizeStep::warnings() const {
  std::vector<std::string> lines;
  for (size_t i = 0; i < columns_.size(); ++i)
    if (stays(i))
      lines.push_back(fmt::format(
          "{}: column \"{}\" has no value in the training part to learn from: it stays as it is",
          name(), columns_[i]));
  return lines;
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
