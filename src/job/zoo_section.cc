#include "job/zoo_section.h"

#include <fmt/format.h>

namespace howdah::job {
namespace {

constexpr int64_t kLargest = 1 << 20;

}  // namespace

model::ZooModel read_zoo(YamlSection& keys) {
  std::vector<std::string> names;
  for (const model::ZooRow& row : model::zoo_types()) names.emplace_back(row.name);
  const model::ZooRow& row = model::zoo_types()[keys.choice("type", names, 0)];
  model::ZooModel model{.type = row.type, .where = keys.where("type")};
  model.classes = keys.integer("classes", 0, 2, kLargest);
  if (row.hidden) model.hidden = keys.integers("hidden", model.hidden, 1, kLargest);
  if (row.dropout) model.dropout = keys.number("dropout", *row.dropout, 0, 0.99);
  return model;
}

std::string zoo_to_yaml(const model::ZooModel& model) {
  const model::ZooRow& row = model::zoo_types()[static_cast<size_t>(model.type)];
  std::string text = fmt::format("{{type: {}", row.name);
  if (row.hidden) text += fmt::format(", hidden: [{}]", fmt::join(model.hidden, ", "));
  if (row.dropout) text += fmt::format(", dropout: {}", model.dropout);
  if (model.classes > 0) text += fmt::format(", classes: {}", model.classes);
  return text + "}";
}

}  // namespace howdah::job
