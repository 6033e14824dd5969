#include "job/metrics_section.h"

#include <algorithm>

#include "measure/measure.h"

namespace howdah::job {
namespace {

using measure::Task;

// What an evaluation reports in this version.
const std::vector<std::string> kReported = {"accuracy", "precision_macro", "recall_macro",
                                            "f1_macro"};

Status check(const std::string& name, std::optional<int64_t> classes) {
  if (!classes) {
    if (measure::check_measure(name, Task::kBinaryClassification).is_ok()) return Status::ok();
    return measure::check_measure(name, Task::kClassification);
  }
  if (*classes == 2) return measure::check_measure(name, Task::kBinaryClassification);
  HOWDAH_TRY(measure::check_measure(name, Task::kClassification));
  if (measure::top_k_of(name) >= *classes)
    return Status(Code::kInvalidArgument, "the measure '" + name + "' is always 1: there are " +
                                              std::to_string(*classes) + " classes");
  return Status::ok();
}

}  // namespace

std::vector<MetricSpec> read_metrics(YamlSection& keys, std::optional<int64_t> classes) {
  std::vector<MetricSpec> metrics;
  const YamlValue* list = keys.list("metrics");
  if (!list) return metrics;
  for (const YamlValue& one : list->list) {
    if (one.kind != YamlValue::Kind::kScalar) {
      keys.refuse(one, "'metrics' must be a list of names", "metrics: [accuracy, f1_macro]");
      continue;
    }
    const Status fits = check(one.scalar, classes);
    if (!fits.is_ok())
      keys.refuse(one, fits.message(), fits.advice());
    else if (std::find(kReported.begin(), kReported.end(), one.scalar) == kReported.end())
      keys.refuse(one, "the measure '" + one.scalar + "' is not reported yet",
                  "reported: " + join(kReported));
    metrics.push_back({one.scalar, one.place.to_string()});
  }
  return metrics;
}

Status check_metrics(const std::vector<MetricSpec>& metrics, int64_t classes) {
  for (const MetricSpec& metric : metrics) {
    const Status fits = check(metric.name, classes);
    if (!fits.is_ok()) return fits.with_peer(metric.place);
  }
  return Status::ok();
}

}  // namespace howdah::job
