// log: sign(x)·log(1 + |x|). Learns nothing; infinities stay.
#include <cmath>

#include "transform/normalize_numbers.h"

namespace howdah::transform {
namespace {

class LogStep : public NumberStep {
 public:
  explicit LogStep(const prepare::StepSpec& spec) : NumberStep(spec) {}
  Status apply(Records& records, Effects& effects) const override {
    for (const std::string& name : columns_) {
      const auto column = HOWDAH_TRY(column_of(*records.batch, name));
      auto logs = HOWDAH_TRY(map_numbers(
          *column, [](double x) { return std::copysign(std::log1p(std::fabs(x)), x); }));
      HOWDAH_TRY(replace(records, name, std::move(logs), effects));
    }
    effects.effect.rows_changed += records.size();
    return Status::ok();
  }
};

}  // namespace

StepOrError make_log(const prepare::StepSpec& spec) {
  return std::unique_ptr<Step>(std::make_unique<LogStep>(spec));
}

}  // namespace howdah::transform
