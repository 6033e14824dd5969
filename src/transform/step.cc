#include "transform/step.h"

#include <nlohmann/json.hpp>

#include "transform/steps.h"

namespace howdah::transform {

void Step::state(nlohmann::ordered_json&) const {}

Status Step::restore(const nlohmann::ordered_json&) {
  return Status::ok();
}

Result<std::unique_ptr<Step>> make_step(const prepare::StepSpec& spec) {
  return std::visit([&](const auto& rule) { return make(rule, spec); }, spec.kind);
}

}  // namespace howdah::transform
