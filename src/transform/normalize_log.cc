// log: sign(x)·log(1 + |x|). Learns nothing; infinities stay.
#include <cmath>

#include "transform/normalize_numbers.h"

namespace howdah::transform {
namespace {

class LogStep : public NumberStep {
 public:
  explicit LogStep(const prepare::StepSpec& spec) : NumberStep(spec) {}
  Status apply(Records& records, Effects& effects) const override {
    return map_columns(records, effects, [](size_t) {
      return [](double x) { return std::copysign(std::log1p(std::fabs(x)), x); };
    });
  }
};

}  // namespace

StepOrError make_log(const prepare::StepSpec& spec) {
  return std::unique_ptr<Step>(std::make_unique<LogStep>(spec));
}

}  // namespace howdah::transform
