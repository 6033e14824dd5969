#include "job/metrics_section.h"

#include <algorithm>

#include "measure/measure.h"

namespace howdah::job {
namespace {

using measure::Task;

// Every evaluation tells each of these figures again.
constexpr int64_t kMostOfMatrix = 256, kMostOfLists = 4096;

bool is_usual(const std::string& name, model::Task task) {
  const auto usual = measure::usual_measures(task);
  return std::find(usual.begin(), usual.end(), name) != usual.end();
}

Status check_size(const std::string& name, int64_t classes) {
  const bool matrix = name == "confusion_matrix";
  const int64_t most = matrix ? kMostOfMatrix : kMostOfLists;
  if (measure::is_scalar(name) || classes <= most) return Status::ok();
  return Status(Code::kInvalidArgument, "the measure '" + name + "' is for " +
                                            std::to_string(most) + " classes at most, there are " +
                                            std::to_string(classes));
}

Status check(const std::string& name, model::Task task, std::optional<int64_t> classes) {
  const Task measured = measure::task_of(task, classes);
  const bool may_be_binary = !classes && measured == Task::kClassification;
  if (may_be_binary && measure::check_measure(name, Task::kBinaryClassification).is_ok())
    return Status::ok();
  HOWDAH_TRY(measure::check_measure(name, measured));
  if (!classes) return Status::ok();
  if (measure::top_k_of(name) >= *classes)
    return Status(Code::kInvalidArgument, "the measure '" + name + "' is always 1: there are " +
                                              std::to_string(*classes) + " classes");
  return check_size(name, *classes);
}

}  // namespace

std::vector<MetricSpec> read_metrics(YamlSection& keys, model::Task task,
                                     std::optional<int64_t> classes) {
  std::vector<MetricSpec> metrics;
  const YamlValue* list = keys.list("metrics");
  if (!list) return metrics;
  for (const YamlValue& one : list->list) {
    if (one.kind != YamlValue::Kind::kScalar) {
      keys.refuse(one, "'metrics' must be a list of names", "metrics: [accuracy, f1_macro]");
      continue;
    }
    const Status fits = check(one.scalar, task, classes);
    if (!fits.is_ok()) keys.refuse(one, fits.message(), fits.advice());
    metrics.push_back({one.scalar, one.place.to_string()});
  }
  return metrics;
}

Status check_metrics(const std::vector<MetricSpec>& metrics, model::Task task, int64_t classes) {
  for (const MetricSpec& metric : metrics) {
    const Status fits = check(metric.name, task, classes);
    if (!fits.is_ok()) return fits.with_peer(metric.place);
  }
  return Status::ok();
}

model::Schedule::Measure read_measure(YamlSection& keys, model::Task task,
                                      const model::Schedule::Measure& fallback) {
  if (!keys.has("measure")) return fallback;
  const std::string name = keys.text("measure", fallback.name);
  if (name == "loss") return {};
  const YamlValue& at = *keys.any("measure");
  if (!is_usual(name, task)) {
    const Status fits = check(name, task, std::nullopt);
    if (!fits.is_ok())
      keys.refuse(at, fits.message(), fits.advice());
    else if (!measure::is_scalar(name))
      keys.refuse(at, "the measure '" + name + "' is not one number", "take the loss, or a mean");
  }
  return {name, !measure::higher_is_better(name)};
}

}  // namespace howdah::job
